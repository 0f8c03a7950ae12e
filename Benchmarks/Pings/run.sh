#!/usr/bin/env bash
# Pings over HTTP into Redis: arrays of 100 in JSON and in CBOR, single ones, and the recorded day, each beside its references on the
# same machine in the same minute: redis-benchmark's GEOADD into the same Redis; the same work by uvicorn, FastAPI and hiredis in one
# process, as ours is one (Benchmarks/peers/fastapi); nginx and functions-framework, which only answer.
#
#   run.sh          prints one line for each
#   run.sh --json   prints one JSON object
#   run.sh --rows   prints rows for scripts/bench
#
# SECONDS_EACH (4) is how long each is measured, DRIVERS (10000) how many drivers ping, 32 m (4 s at 8 m/s) further on each time. The
# load generator takes its part of the same processors. Without the recorded file (see CONTRIBUTING.md) that part is left out.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/Pings/library.sh
build
seconds=${SECONDS_EACH:-4}
drivers=${DRIVERS:-10000}
reports=$work/reports
start_server
port=$(port_of "$address")

measure() { # measure NAME PORT OPTIONS...
  local name=$1
  shift
  [ -n "${1:-}" ] || return 0
  # A peer may be too slow for its answers to come in time; that is a figure too.
  printf '%s\t%s\n' "$name" "$(load "$@" --drivers "$drivers" --seconds "$seconds" || true)" >>"$reports"
}

start_fastapi
fastapi=$peer_port
start_nginx
nginx=$peer_port
start_functions_framework
framework=$peer_port

printf 'geoadd\t%s\n' "$(geoadd)" >>"$reports"
flush
measure json "$port" --connections 32
measure fastapi "$fastapi" --connections 8
flush
printf 'geoadd\t%s\n' "$(geoadd)" >>"$reports"
flush
measure cbor "$port" --connections 32 --form cbor
flush
printf 'geoadd\t%s\n' "$(geoadd)" >>"$reports"
flush
measure single "$port" --batch 1 --connections 128
measure nginx "$nginx" --batch 1 --connections 128
flush
measure fastapi-single "$fastapi" --batch 1 --connections 32
measure framework "$framework" --batch 1 --connections 16
flush
half=$(awk -F '\t' '$1 == "single" { print $2 }' "$reports" | python3 -c 'import json, sys; print(round(json.load(sys.stdin)["perSecond"] / 2))')
measure half "$port" --batch 1 --connections 128 --rate "$half"
pings=$data/sf_cabs/pings_2008-06-06_fri.csv.gz
if [ -r "$pings" ]; then
  for _ in 1 2 3; do
    flush
    printf 'geoadd\t%s\n' "$(geoadd)" >>"$reports"
    flush
    printf 'recorded\t%s\n' "$("$cabstand" replay --url "$address" --pings "$pings" --speed max --quiet --json)" >>"$reports"
  done
fi

python3 - "${1:-}" "$reports" <<'EOF2'
import json, statistics, sys

form, path = sys.argv[1:]
found = {}
for line in open(path):
    name, text = line.rstrip("\n").split("\t")
    if text:
        found.setdefault(name, []).append(json.loads(text))
rate = lambda name: found[name][0]["perSecond"] if name in found else None
geoadd = statistics.median(found["geoadd"])
p99 = lambda name: found[name][0]["latencyMilliseconds"]["p99"]
rows = []


def row(what, ours, reference, theirs, unit="k/s"):
    if ours and theirs:
        rows.append((what, f"{ours / 1e3:.1f} {unit}", reference, f"{theirs / 1e3:.1f} {unit}", f"{ours / theirs:.2f}x"))


row("pings in arrays of 100, JSON", rate("json"), "redis-benchmark -P 100 GEOADD", geoadd)
row("the same", rate("json"), "uvicorn + FastAPI + hiredis", rate("fastapi"))
row("pings in arrays of 100, CBOR", rate("cbor"), "redis-benchmark -P 100 GEOADD", geoadd)
row("the same", rate("cbor"), "uvicorn + FastAPI + hiredis, JSON", rate("fastapi"))
row("single pings", rate("single"), "nginx, one worker, return 200", rate("nginx"))
row("the same", rate("single"), "uvicorn + FastAPI + hiredis", rate("fastapi-single"))
row("the same", rate("single"), "functions-framework, answers only", rate("framework"))
rows.append((f"single pings at {found['half'][0]['rate']:,.0f}/s: p99", f"{p99('half'):.2f} ms",
             "nginx as fast as it can: p99" if "nginx" in found else "", f"{p99('nginx'):.2f} ms" if "nginx" in found else "",
             f"p50 {found['half'][0]['latencyMilliseconds']['p50']:.2f} ms"))
if "recorded" in found:
    recorded = statistics.median(report["pings"]["perSecond"] for report in found["recorded"])
    row("recorded pings, a minute apart, arrays of 100, JSON", recorded, "redis-benchmark -P 100 GEOADD", geoadd)
    failed = sum(report["pings"]["rejected"] + report["http"]["errors"] for report in found["recorded"])
    if failed:
        print(f"{failed} recorded pings or requests failed", file=sys.stderr)
for name in ("json", "cbor", "single", "half"):
    for report in found[name]:
        if report["errors"] or report["notNew"]:
            print(f"{name}: {report['errors']} errors, {report['notNew']} answers with other than news", file=sys.stderr)
if form == "--json":
    print(json.dumps({"benchmark": "pings over HTTP into Redis, per second", "reports": found}))
elif form == "--rows":
    for cells in rows:
        print(*cells, sep="\t")
else:
    for cells in rows:
        print(f"{cells[0]:52} {cells[1]:>12}   {cells[2]:36} {cells[3]:>12}  {cells[4]}")
EOF2
