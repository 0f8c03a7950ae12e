#!/usr/bin/env bash
# Quotes and rides over HTTP into a private PostgreSQL with durable commits, beside pgbench inserting the same rows, with the same number
# of clients, into the same tables of the same server. Every ride that was answered with 201 is then looked for in the record.
#
#   run.sh           prints both and their ratios
#   run.sh --json    prints one JSON object
#   run.sh --rows    prints rows for scripts/bench
#
#   SECONDS_EACH=8 CLIENTS=32 Benchmarks/Rides/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/acceptance/library.sh
here=Benchmarks/Rides
for program in wrk pgbench psql; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed; scripts/install-dependencies --bench" >&2; exit 0; }
done
[ -n "${CABSTAND:-}" ] || scripts/build >&2
seconds=${SECONDS_EACH:-8} clients=${CLIENTS:-32}

start_server
record=$(sed -E 's/.*"postgresURL":"([^"]+)".*/\1/' "$work/data/serve.json")
sql() { psql "$record" -X -A -t -q -c "$1"; }

# Riders all over the city, each of them once.
quote_bodies() { # quote_bodies PREFIX
  python3 - "$1" <<'PYTHON'
import random, sys
random.seed(sys.argv[1])
place = lambda: (random.uniform(37.71, 37.80), random.uniform(-122.50, -122.39))
for number in range(200_000):
    (a, b), (c, d) = place(), place()
    print(f'{{"rider":"{sys.argv[1]}{number}","pickup":{{"latitude":{a:.5f},"longitude":{b:.5f}}},'
          f'"dropoff":{{"latitude":{c:.5f},"longitude":{d:.5f}}},"vehicleClass":"standard"}}')
PYTHON
}
load() { # load NAME ARGUMENTS...
  local name=$1
  shift
  # A ready checkpoint, so that no phase pays for the one before it.
  sql CHECKPOINT 2>/dev/null || true
  wrk -t1 -c"$clients" -d"${seconds}s" --timeout 10s -s "$here/load.lua" "$address" -- "$@" >"$work/wrk.out"
  sed -n 's/^RESULT //p' "$work/wrk.out" >"$work/$name.json"
}
reference() { # reference NAME SCRIPT...
  local name=$1 files=()
  shift
  local run=$((++runs)) script
  for script in "$@"; do
    sed "s/:run/$run-/g" "$here/$script" >"$work/$script"
  done
  cat "${@/#/$work/}" | awk 'NR == 1 || !/^\\set i/' >"$work/reference.sql"
  pgbench -n -M prepared -c "$clients" -j 1 -T "$seconds" -D i=0 -D now="$(date +%s)000" -f "$work/reference.sql" "$record" \
    2>"$work/pgbench.err" | awk '/^latency average/ { latency = $4 } /^tps/ { print "{\"perSecond\":" $3 ",\"meanMilliseconds\":" latency "}" }' \
    >"$work/$name.reference.json" || { head -n 5 "$work/pgbench.err" >&2; return 1; }
}
runs=0

quote_bodies quoted >"$work/quotes.txt"
load quotes /v1/quotes "$work/quotes.txt" "$work/quotes.ids" quoteId
sql "SELECT json_build_object('rider', rider_id, 'quoteId', quote_id) FROM quotes ORDER BY created_at" | tr -d ' ' >"$work/rides.txt"
load rides /v1/rides "$work/rides.txt" "$work/rides.ids" rideId
quote_bodies both >"$work/both.txt"
load both both "$work/both.txt" "$work/both.ids"

# Every answer 201 names a row, and no row was answered twice. Requests under way at the end may be kept without having been answered.
check() { # check TABLE COLUMN IDS
  psql "$record" -X -A -t -q <<SQL
SET work_mem = '256MB';
CREATE TEMP TABLE answered (id text);
\copy answered FROM '$3'
SELECT count(*) - count(DISTINCT id) || ' ' || count(*) FILTER (WHERE id NOT IN (SELECT $2 FROM $1)) || ' ' || count(*)
FROM answered;
SQL
}
check quotes quote_id "$work/quotes.ids" >"$work/checks"
cat "$work/rides.ids" "$work/both.ids" >"$work/all.ids"
check rides ride_id "$work/all.ids" >>"$work/checks"
# `NOT IN` reads the outbox once; `NOT EXISTS` would go through it for every ride.
sql "SET work_mem = '256MB'; SELECT count(*) || ' ' ||
  count(*) FILTER (WHERE ride_id NOT IN (SELECT ride_id FROM outbox WHERE ride_id IS NOT NULL)) || ' ' ||
  (SELECT count(*) FROM outbox) FROM rides" >>"$work/checks"

reference quotes quote.sql
reference rides ride.sql
reference both quote.sql ride.sql

python3 - "${1:-}" "$work" "$clients" <<'PYTHON'
import json, sys
form, work, clients = sys.argv[1], sys.argv[2], int(sys.argv[3])
read = lambda name: json.load(open(f"{work}/{name}.json"))
lines = [[int(word) for word in line.split()] for line in open(f"{work}/checks")]
twice, missing, answered = (lines[0][i] + lines[1][i] for i in range(3))
rides, untold, messages = lines[2]
results = {}
for name in ("quotes", "rides", "both"):
    ours, reference = read(name), read(f"{name}.reference")
    # Of both, one ride is two requests.
    rate = ours["requests"] / ours["seconds"] / (2 if name == "both" else 1)
    results[name] = dict(perSecond=rate, pgbench=reference["perSecond"], ratio=rate / reference["perSecond"], **ours)
check = dict(answered=answered, answeredTwice=twice, notInTheRecord=missing, ridesInTheRecord=rides, ridesWithoutMessage=untold,
             messages=messages)
titles = {"quotes": "quotes into PostgreSQL", "rides": "rides from quotes into PostgreSQL", "both": "quote, then the ride from it"}
if form == "--json":
    print(json.dumps({"benchmark": "rides", "clients": clients, "results": results, "check": check}))
else:
    for name, result in results.items():
        if form == "--rows":
            print(f"{titles[name]}, {clients} clients", f"{result['perSecond']:,.0f}/s, p99 {result['p99Milliseconds']:.1f} ms",
                  "pgbench, the same rows", f"{result['pgbench']:,.0f}/s", f"{result['ratio']:.2f}x", sep="\t")
        else:
            print(f"{titles[name]}: {result['perSecond']:,.0f}/s, p50 {result['p50Milliseconds']:.1f} ms, p99 {result['p99Milliseconds']:.1f} ms, "
                  f"{result['refused']} refused, {result['broken']} broken; pgbench {result['pgbench']:,.0f}/s; ratio {result['ratio']:.2f}")
    print(f"{answered:,} answers 201: {twice} twice, {missing} not in the record; {rides:,} rides, {untold} without a message, {messages:,} messages")
if twice or missing or untold or messages != rides:
    sys.exit("what was answered is not what the record holds")
PYTHON
