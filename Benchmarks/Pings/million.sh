#!/usr/bin/env bash
# A million drivers online, a ping each every four seconds in arrays of 100, for five minutes: does anything grow, and is every zone's
# load still right in the end? Every 30 s it prints the memory and the processor time of server and Redis; then it counts every zone anew
# from where the load generator left its drivers, with PyPI's h3, and exits with 1 where one differs.
#
#   million.sh [--form json|cbor]      (default: cbor)
#
# DRIVERS (1000000), SECONDS_IN_ALL (300), INTERVAL (4) and CONNECTIONS (32) change it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. Benchmarks/Pings/library.sh
build
form=cbor
[ "${1:-}" != --form ] || form=$2
drivers=${DRIVERS:-1000000}
seconds=${SECONDS_IN_ALL:-300}
interval=${INTERVAL:-4}
venv=Benchmarks/.venv
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -c 'import h3' 2>/dev/null || "$venv/bin/pip" install --quiet h3

start_server
redis=$(redis_pid)
mapfile -t servers < <(server_pids)
rate=$((drivers / interval))
echo "$drivers drivers, $rate pings/s, $form, $seconds s"
load "$(port_of "$address")" --form "$form" --drivers "$drivers" --connections "${CONNECTIONS:-32}" --rate "$rate" --interval "$interval" \
  --warm-up $((interval * 3)) --seconds "$seconds" --positions "$work/positions.csv" >"$work/report" &
loader=$!
printf '%8s %12s %12s %14s %14s %12s %10s\n' seconds 'server MiB' 'Redis MiB' 'server cores' 'Redis cores' 'AOF MiB' rewrites
before=$(cpu "${servers[@]}")
before_redis=$(cpu "$redis")
last=$SECONDS
begin=$SECONDS
step=$((seconds < 60 ? 10 : 30))
while kill -0 "$loader" 2>/dev/null; do
  sleep 1
  [ $((SECONDS - last)) -ge "$step" ] || continue
  now=$(cpu "${servers[@]}")
  now_redis=$(cpu "$redis")
  passed=$((SECONDS - last))
  last=$SECONDS
  printf '%8s %12s %12s %14s %14s %12s %10s\n' $((SECONDS - begin)) "$(memory "${servers[@]}")" "$(memory "$redis")" \
    "$(awk "BEGIN { printf \"%.2f\", ($now - $before) / $passed }")" \
    "$(awk "BEGIN { printf \"%.2f\", ($now_redis - $before_redis) / $passed }")" \
    "$(redis-cli -s "$(redis_socket)" INFO persistence | tr -d '\r' | awk -F: '$1 == "aof_current_size" { printf "%.0f", $2 / 1048576 }')" \
    "$(redis-cli -s "$(redis_socket)" INFO persistence | tr -d '\r' | sed -n 's/^aof_rewrites://p')"
  before=$now
  before_redis=$now_redis
done
wait "$loader" || echo "the load generator met errors" >&2
cat "$work/report"
"$venv/bin/python" scripts/acceptance/zone_recount.py "$work/positions.csv" "$address"
