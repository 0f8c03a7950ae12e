#!/bin/sh
# Positions to cells of resolution 8 on one core: HexGrid beside h3-py, in the same minute.
#
#   run.sh          prints both and their ratio
#   run.sh --json   prints one JSON object
#   run.sh --rows   prints rows for scripts/bench
#
# Needs Swift and Python 3; the first run makes a virtual environment in Benchmarks/.venv and installs h3 there.
set -eu
cd "$(dirname "$0")"

venv=../.venv
python=$venv/bin/python
if ! "$python" -c 'import h3' 2>/dev/null; then
  python3 -m venv "$venv" >&2
  "$python" -m pip install --quiet --disable-pip-version-check 'h3>=4,<5' numpy >&2
fi
swift build -c release >&2

# Pin both to one core where that can be done.
pin=
if command -v taskset >/dev/null 2>&1; then
  pin="taskset -c $(taskset -cp $$ | sed 's/.*: *//; s/.*[,-]//')"
fi

ours=$($pin .build/release/hexgrid-bench --json)
reference=$($pin "$python" h3_reference.py --json)

OURS=$ours REFERENCE=$reference "$python" - "$@" <<'EOF'
import json, os, sys

ours, reference = (json.loads(os.environ[name]) for name in ("OURS", "REFERENCE"))
ratio = {name: round(ours[name] / reference[name], 2) for name in ("globe", "city")}
if "--json" in sys.argv:
    print(json.dumps({"benchmark": "position to cell, resolution 8, one core, per second",
                      "hexgrid": ours, "h3": reference, "ratio": ratio}))
elif "--rows" in sys.argv:
    for name in ratio:
        print(f"position to cell, resolution 8, {name}", f"{ours[name] / 1e6:.2f} M/s", reference["library"],
              f"{reference[name] / 1e6:.2f} M/s", f"{ratio[name]:.1f}x", sep="\t")
else:
    for name in ratio:
        print(f"{name:6} HexGrid {ours[name] / 1e6:6.2f} million cells/s   "
              f"{reference['library']} {reference[name] / 1e6:5.2f} million cells/s   ratio {ratio[name]:.1f}")
    print(f"h3-py's loop without h3: {reference['call'] / 1e6:.1f} million calls/s")
EOF
