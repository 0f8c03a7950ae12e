#!/usr/bin/env bash
# From sending a ride request to the offer on a driver's feed: 100,000 drivers online, 200 requests a second for a minute, all feeds around the
# pickups open. The reference is the batch window that is in force, plus 50 ms.
#
#   run.sh           prints text
#   run.sh --json    prints one JSON object
#   run.sh --rows    prints rows for scripts/bench
#
#   DRIVERS=100000 RATE=200 SECONDS_EACH=60 Benchmarks/Offers/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/acceptance/library.sh
for program in psql python3; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed" >&2; exit 0; }
done
[ -n "${CABSTAND:-}" ] || scripts/build >&2
count=${DRIVERS:-100000} rate=${RATE:-200} seconds=${SECONDS_EACH:-60}
ulimit -n "$(ulimit -H -n)"

start_server
record=$(sed -E 's/.*"postgresURL":"([^"]+)".*/\1/' "$work/data/serve.json")
# Their shifts begin in the record; the server makes the fleet index of it, as it does after a loss of Redis.
psql "$record" -X -q <<SQL
INSERT INTO drivers (driver_id, region, vehicle_class, activity, version, since)
SELECT 'cab-' || number, 'sf', 1, 'idle', 1, (extract(epoch FROM now()) * 1000)::bigint FROM generate_series(0, $count - 1) AS number;
ANALYZE drivers;
SQL
redis-cli -s "$(redis_socket)" DEL '{sf}:built' >/dev/null
for _ in $(seq 600); do
  [ "$(redis-cli -s "$(redis_socket)" HLEN '{sf}:statuses')" -ge "$count" ] && break
  sleep 0.1
done
window=$(sed -n '/MINIMUM_WINDOW_SECONDS/{n;s/[^0-9]//g;p}' functions/match-riders/function.yaml)
[ -z "${PROFILE:-}" ] || "$PROFILE" "$server" "$work" &
report=$(python3 Benchmarks/Offers/load.py --url "$address" --drivers "$count" --rate "$rate" --seconds "$seconds")
psql "$record" -X -A -t -q -c "SELECT state || ' ' || count(*) FROM rides GROUP BY state ORDER BY 1" >"$work/states"
python3 - "${1:-}" "$window" "$report" "$work/states" <<'PYTHON'
import json, sys
form, window, report = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3].splitlines()[-1])
report["windowSeconds"] = window
report["rides"] = dict(line.split() for line in open(sys.argv[4]))
bound = window * 1000 + 50
title = f"ride request to offer on the feed, {report['drivers']:,} drivers, {report['requestsPerSecond']:.0f}/s"
if form == "--json":
    print(json.dumps({"benchmark": "offers", **report}))
elif form == "--rows":
    print(title, f"p50 {report['p50Milliseconds']:,.0f} ms, p99 {report['p99Milliseconds']:,.0f} ms", "batch window + 50 ms", f"{bound:,} ms",
          f"{report['p99Milliseconds'] / bound:.2f}x", sep="\t")
else:
    print(f"{title}: p50 {report['p50Milliseconds']:,.0f} ms, p99 {report['p99Milliseconds']:,.0f} ms, longest {report['maximumMilliseconds']:,.0f} ms; "
          f"window {window} s + 50 ms = {bound:,} ms")
    print(f"{report['offers']:,} offers on {report['feeds']:,} feeds, {report['withoutOffer']} requests without one, {report['failed']} failed; "
          f"the request itself p50 {report['requestP50Milliseconds']:.1f} ms, p99 {report['requestP99Milliseconds']:.1f} ms; the load tool was "
          f"{report['loadToolBusy']:.0%} busy, at most {report['loadToolLagMilliseconds']:.0f} ms late; rides {report['rides']}")
PYTHON
