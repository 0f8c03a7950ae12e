#!/usr/bin/env bash
# The load of a city of some 2,000 zones as GeoJSON while positions come in, beside nginx serving the same bytes from a file; and how far
# behind 500 dashboards on the live stream are.
#
#   run.sh           prints text
#   run.sh --json    prints one JSON object
#   run.sh --rows    prints rows for scripts/bench
#
#   SECONDS_EACH=8 DASHBOARDS=500 CLIENTS=32 Benchmarks/Zones/run.sh
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/acceptance/library.sh
here=Benchmarks/Zones
for program in wrk nginx curl python3; do
  command -v "$program" >/dev/null || { echo "skipped: $program is not installed; scripts/install-dependencies --bench" >&2; exit 0; }
done
[ -n "${CABSTAND:-}" ] || scripts/build >&2
seconds=${SECONDS_EACH:-8} dashboards=${DASHBOARDS:-500} clients=${CLIENTS:-32}
ulimit -n "$(ulimit -H -n)"
nginx=
end_all() {
  [ -z "$nginx" ] || { kill "$nginx" 2>/dev/null || true; wait "$nginx" 2>/dev/null || true; }
  clean_up
}
trap end_all EXIT

start_server
python3 "$here/city.py" "$address" fill
sleep 0.5
path="/v1/zones/load?region=sf"
curl -sf "$address$path" -o "$work/zones.geojson"
tag=$(curl -sf "$address$path" -o /dev/null -D - | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')

# Two workers, as ours has two event loops; the file stays in the cache, and no log is written.
mkdir -p "$work/nginx"
chmod 755 "$work/nginx"
cp "$work/zones.geojson" "$work/nginx/zones.geojson"
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >"$work/nginx.conf" <<CONFIG
daemon off; worker_processes ${NGINX_WORKERS:-2}; pid $work/nginx.pid; error_log stderr crit; $([ "$(id -u)" -ne 0 ] || echo "user root;")
events { worker_connections 1024; }
http { access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=10;
  types { application/geo+json geojson; }
  server { listen 127.0.0.1:$port; root $work/nginx; } }
CONFIG
nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.log" &
nginx=$!
sleep 0.5

measure() { # measure URL [HEADER]: requests/s, p99 in ms, bad answers
  wrk -t1 -c"$clients" -d"${seconds}s" --latency ${2:+-H "$2"} "$1" | awk '
    /^Requests\/sec/ { rate = $2 } /99%/ { p99 = $2 } /Non-2xx/ { bad = $NF } /Socket errors/ { bad += $4 + $6 + $8 + $10 }
    END { unit = p99; sub(/^[0-9.]+/, "", unit); p99 += 0
      print rate, unit == "us" ? p99 / 1000 : unit == "s" ? p99 * 1000 : p99, bad + 0 }'
}
python3 "$here/city.py" "$address" move "$((seconds + 2))" &
mover=$!
sleep 1
ours=$(measure "$address$path")
wait "$mover"
theirs=$(measure "http://127.0.0.1:$port/zones.geojson")
unchanged="0 0 0"
if [ -n "$tag" ]; then
  sleep 0.5
  tag=$(curl -sf "$address$path" -o /dev/null -D - | tr -d '\r' | sed -n 's/^[Ee][Tt][Aa][Gg]: //p')
  unchanged=$(measure "$address$path" "If-None-Match: $tag")
fi
kill "$nginx"; wait "$nginx" 2>/dev/null || true; nginx=
live=$(python3 "$here/city.py" "$address" watch "$dashboards" "$((seconds * 2))")
python3 - "${1:-}" "$work/zones.geojson" "$ours" "$theirs" "$unchanged" "$live" <<'PYTHON'
import json, os, sys
form, page, (rate, p99, bad), (reference, *_), (unchanged, *_), live = (
    sys.argv[1], sys.argv[2], *(tuple(map(float, text.split())) for text in sys.argv[3:6]), json.loads(sys.argv[6]))
zones, size = len(json.load(open(page))["features"]), os.path.getsize(page)
if form == "--json":
    print(json.dumps({"benchmark": "zones", "zones": zones, "bytes": size, "perSecond": rate, "p99Milliseconds": p99, "bad": bad, "nginx": reference,
                      "ratio": rate / reference, "notModifiedPerSecond": unchanged, "live": live}))
elif form == "--rows":
    print(f"load of {zones:,} zones, {size / 1000:,.0f} kB of GeoJSON", f"{rate:,.0f}/s, p99 {p99:.1f} ms", "nginx, the same bytes from a file",
          f"{reference:,.0f}/s", f"{rate / reference:.2f}x", sep="\t")
    print(f"{live['dashboards']} live dashboards, how far behind", f"p50 {live['p50Milliseconds']:.0f} ms, p99 {live['p99Milliseconds']:.0f} ms",
          "mark", "1,000 ms", f"{live['p99Milliseconds'] / 1000:.2f}x", sep="\t")
else:
    print(f"load of {zones:,} zones, {size:,} bytes of GeoJSON: {rate:,.0f}/s ({rate * size / 1e6:,.0f} MB/s), p99 {p99:.1f} ms, {bad:.0f} bad; nginx with the "
          f"same bytes {reference:,.0f}/s ({reference * size / 1e6:,.0f} MB/s); ratio {rate / reference:.2f}; not modified {unchanged:,.0f}/s")
    print(f"{live['dashboards']} dashboards, {live['moves']} changes: behind by p50 {live['p50Milliseconds']:.0f} ms, p99 {live['p99Milliseconds']:.0f} ms, "
          f"at most {live['maximumMilliseconds']:.0f} ms; {live['notTold']} not told, {live['streamsLost']} streams lost, "
          f"{live['megabytesPerSecond']:.0f} MB/s; the load tool was {live['loadToolBusy']:.0%} busy")
PYTHON
