#!/usr/bin/env bash
# How long `cabstand invoke` takes from exec to exit, beside a program that does nothing.
#
#   Benchmarks/Invoke/run.sh [--rows] [runs]     200 runs of each unless told otherwise
#
# The programs take turns, so that whatever else the machine does hits all alike; the figure is the median.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

rows=no
if [ "${1:-}" = --rows ]; then
  rows=yes
  shift
fi
runs=${1:-200}
# Most of a start is the dynamic linker's: with Swift's libraries linked in, a start takes about half as long.
[ -n "${CABSTAND:-}" ] || swift build -c release --static-swift-stdlib --product cabstand >&2
program=${CABSTAND:-$PWD/.build/release/cabstand}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat >"$work/shift.json" <<'JSON'
{"state": "online", "vehicleClass": "economy", "region": "sf"}
JSON
printf 'int main(void) { return 0; }\n' >"$work/empty.c"
printf 'print("hello")\n' >"$work/hello.swift"
cc -O2 -o "$work/empty" "$work/empty.c" 2>/dev/null || cp /bin/true "$work/empty"
swiftc -O -o "$work/hello" "$work/hello.swift" 2>/dev/null || cp /bin/true "$work/hello"

python3 - "$program" "$work" "$runs" "$rows" <<'PYTHON'
import os, statistics, sys, time

program, work, runs, rows = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "yes"
programs = {
    "invoke": [program, "invoke", "zone-price", "--method", "GET", "--path", "/v1/zones/8828308281fffff/price"],
    "cabstand --version": [program, "--version"],
    "C, empty": [f"{work}/empty"],
    "Swift, hello": [f"{work}/hello"],
    "/bin/true": ["/bin/true"],
}
null = os.open("/dev/null", os.O_WRONLY)
times = {name: [] for name in programs}
for index in range(runs + 5):
    for name, arguments in programs.items():
        start = time.perf_counter()
        process = os.posix_spawn(arguments[0], arguments, dict(os.environ), file_actions=[
            (os.POSIX_SPAWN_DUP2, null, 1), (os.POSIX_SPAWN_DUP2, null, 2)])
        _, status = os.waitpid(process, 0)
        took = (time.perf_counter() - start) * 1e3
        if name == "invoke" and os.waitstatus_to_exitcode(status) not in (0, 1):
            sys.exit(f"invoke ended with {os.waitstatus_to_exitcode(status)}")
        if index >= 5:
            times[name].append(took)
median = {name: statistics.median(values) for name, values in times.items()}
for name in ("Swift, hello", "C, empty", "/bin/true"):
    if rows:
        print(f"invoke, exec to exit\t{median['invoke']:.1f} ms\t{name}\t{median[name]:.1f} ms\t{median['invoke'] / median[name]:.1f}")
if not rows:
    for name, values in times.items():
        values.sort()
        print(f"{name:20} median {median[name]:6.2f} ms   p90 {values[int(len(values) * 0.9)]:6.2f} ms   best {values[0]:6.2f} ms")
PYTHON
