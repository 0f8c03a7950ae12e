#!/usr/bin/env bash
# Recorded pings over HTTP in arrays of 100 into Redis, beside redis-benchmark's GEOADD into the same Redis in the same minute.
#
#   run.sh          prints both and their ratio
#   run.sh --json   prints one JSON object
#   run.sh --rows   prints rows for scripts/bench
#
# Without the recorded file (see CONTRIBUTING.md) a made-up one of the same size is posted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/acceptance/library.sh
[ -n "${CABSTAND:-}" ] || swift build -c release --product cabstand >&2
pings=$data/sf_cabs/pings_2008-06-06_fri.csv.gz
source="recorded"
if [ ! -r "$pings" ]; then
  source="made up"
  pings=$work/pings.csv
  python3 - >"$pings" <<'EOF'
import random
random.seed(1)
place = {f"cab{n}": [random.uniform(37.70, 37.81), random.uniform(-122.51, -122.39)] for n in range(503)}
print("t,cab,lat,lon,occ")
for second in range(0, 60_000, 60):
    for cab, position in place.items():
        position[0] += random.gauss(0, 0.0015)
        position[1] += random.gauss(0, 0.0015)
        print(f"{1212735600 + second},{cab},{position[0]:.5f},{position[1]:.5f},{random.getrandbits(1)}")
EOF
fi

start_server
geoadd() {
  redis-benchmark -s "$(redis_socket)" -P 100 -n 1000000 -r 503 --csv GEOADD bench:geo -122.4 37.77 cab:__rand_int__ |
    tail -n 1 | cut -d '"' -f 4
}
reports=()
references=()
for _ in 1 2 3; do
  redis-cli -s "$(redis_socket)" FLUSHALL >/dev/null
  references+=("$(geoadd)")
  reports+=("$("$cabstand" replay --url "$address" --pings "$pings" --speed max --quiet --json)")
done
python3 - "${1:-}" "$source" "${#reports[@]}" "${reports[@]}" "${references[@]}" <<'EOF'
import json, statistics, sys

form, source, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
reports = [json.loads(text) for text in sys.argv[4:4 + count]]
references = [float(text) for text in sys.argv[4 + count:]]
rates = [report["pings"]["perSecond"] for report in reports]
ours, reference = statistics.median(rates), statistics.median(references)
rejected = sum(report["pings"]["rejected"] + report["http"]["errors"] for report in reports)
p99 = statistics.median(report["http"]["latencyMilliseconds"]["p99"] for report in reports)
if form == "--json":
    print(json.dumps({"benchmark": f"{source} pings over HTTP in arrays of 100 into Redis, per second", "cabstand": rates,
                      "geoadd": references, "ratio": round(ours / reference, 3), "p99Milliseconds": p99, "failed": rejected}))
elif form == "--rows":
    print(f"{source} pings over HTTP, arrays of 100", f"{ours / 1e3:.0f} k/s", "redis-benchmark -P 100 GEOADD", f"{reference / 1e3:.0f} k/s",
          f"{ours / reference:.2f}x", sep="\t")
else:
    print(f"{source} pings: {ours:,.0f}/s (p99 {p99:.1f} ms, {rejected} failed); GEOADD {reference:,.0f}/s; ratio {ours / reference:.2f}")
EOF
