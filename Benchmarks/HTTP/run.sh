#!/usr/bin/env bash
# Requests to a function that does nothing, over HTTP, beside nginx `return 204` with one worker.
#
#   run.sh          prints both and their ratio
#   run.sh --rows   prints rows for scripts/bench
#
# wrk with one thread and 32 connections posts two bytes of JSON; the three rounds take turns, and the median counts.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../Runtime"
rows=no
[ "${1:-}" != --rows ] || rows=yes
PATH=$PATH:/usr/sbin
for program in wrk nginx; do
  command -v "$program" >/dev/null || { echo "$program is missing: scripts/install-dependencies --bench" >&2; exit 2; }
done
swift build -c release --static-swift-stdlib >&2

work=$(mktemp -d)
pids=()
trap 'for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; rm -rf "$work"' EXIT
free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
ours=$(free_port)
theirs=$(free_port)
cat >"$work/nginx.conf" <<END
worker_processes 1;
daemon off;
pid $work/nginx.pid;
error_log /dev/null;
events { worker_connections 256; }
http {
  access_log off;
  keepalive_requests 1000000000;
  server { listen 127.0.0.1:$theirs; location / { return 204; } }
}
END
nginx -c "$work/nginx.conf" -e /dev/null &
pids+=($!)
.build/release/RuntimeBenchmark --serve "$ours" 2>"$work/log" &
pids+=($!)
printf 'wrk.method = "POST"\nwrk.body = "{}"\nwrk.headers["Content-Type"] = "application/json"\n' >"$work/post.lua"
for port in "$ours" "$theirs"; do
  for _ in $(seq 200); do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || break
    sleep 0.05
  done
done
# Requests a second and the 99th percentile; anything but 2xx fails.
measure() {
  wrk -t1 -c32 -d "${2:-4}" --latency -s "$work/post.lua" "http://127.0.0.1:$1/a" >"$work/wrk"
  if grep -q 'Non-2xx\|Socket errors' "$work/wrk"; then cat "$work/wrk" >&2; exit 1; fi
  awk '/Requests\/sec/ { rate = $2 } /99%/ { late = $2 } END { print rate, late }' "$work/wrk"
}
measure "$ours" 1 >/dev/null
for _ in 1 2 3; do
  measure "$ours" >>"$work/ours"
  measure "$theirs" >>"$work/theirs"
done
median() { sort -n "$1" | sed -n 2p; }
read -r rate late <<<"$(median "$work/ours")"
read -r reference reference_late <<<"$(median "$work/theirs")"
ratio=$(awk -v a="$rate" -v b="$reference" 'BEGIN { printf "%.2f", a / b }')
if [ "$rows" = yes ]; then
  printf '%s\t%s /s\t%s\t%s /s\t%s\n' "a function that does nothing over HTTP" "$rate" "nginx return 204, one worker" "$reference" "$ratio"
  printf '%s\t%s\t%s\t%s\t-\n' "the same: p99" "$late" "nginx return 204, one worker" "$reference_late"
else
  echo "a function that does nothing: $rate/s, p99 $late; nginx return 204: $reference/s, p99 $reference_late; ratio $ratio"
fi
