# Shared by the benchmarks of pings: the server and its peers, each on a port of its own, and the load generator.
. scripts/acceptance/library.sh
. Benchmarks/peers/venv.sh

load_generator=Benchmarks/LoadGenerator/.build/release/LoadGenerator
peers=()

build() {
  [ -n "${CABSTAND:-}" ] || scripts/build >&2
  swift build -c release --package-path Benchmarks/LoadGenerator >&2
}

# load PORT OPTIONS...: prints the load generator's report.
load() {
  local port=$1
  shift
  "$load_generator" --port "$port" "$@"
}

# field NAME...: one number of a report on stdin.
field() { python3 -c 'import json, sys; d = json.load(sys.stdin); [d := d[k] for k in sys.argv[1:]]; print(d)' "$@"; }

port_of() { echo "${1##*:}"; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

flush() { redis-cli -s "$(redis_socket)" FLUSHALL >/dev/null; }

geoadd() {
  redis-benchmark -s "$(redis_socket)" -P 100 -n 1000000 -r 10000 --csv GEOADD bench:geo -122.4 37.77 cab:__rand_int__ |
    tail -n 1 | cut -d '"' -f 4
}

wait_for_port() { # wait_for_port PORT PID
  for _ in $(seq 300); do
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
    kill -0 "$2" 2>/dev/null || break
    sleep 0.1
  done
  echo "nothing listens on port $1" >&2
  return 1
}

# Each of these starts a peer and sets peer_port; one that cannot be had leaves it empty and says so.
start_fastapi() {
  peer_port=
  peer_venv Benchmarks/peers/fastapi || { echo "no FastAPI" >&2; return 0; }
  peer_port=$(free_port)
  REDIS_SOCKET=$(redis_socket) "$python" -m uvicorn --app-dir Benchmarks/peers/fastapi service:app --host 127.0.0.1 --port "$peer_port" \
    --workers 1 --no-access-log --log-level warning >&2 &
  peers+=($!)
  wait_for_port "$peer_port" $!
}

start_functions_framework() {
  peer_port=
  peer_venv Benchmarks/peers/functions-framework || { echo "no functions-framework" >&2; return 0; }
  peer_port=$(free_port)
  Benchmarks/peers/functions-framework/.venv/bin/functions-framework --source Benchmarks/peers/functions-framework/main.py \
    --target answer --host 127.0.0.1 --port "$peer_port" >/dev/null 2>&1 &
  peers+=($!)
  wait_for_port "$peer_port" $!
}

start_nginx() {
  peer_port=
  command -v nginx >/dev/null || { echo "no nginx" >&2; return 0; }
  peer_port=$(free_port)
  sed -e "s#@PORT@#$peer_port#" -e "s#@WORK@#$work#" Benchmarks/peers/nginx/nginx.conf.in >"$work/nginx.conf"
  nginx -e stderr -c "$work/nginx.conf" >&2 &
  peers+=($!)
  wait_for_port "$peer_port" $!
}

stop_peers() {
  local peer
  for peer in "${peers[@]}"; do kill "$peer" 2>/dev/null || true; wait "$peer" 2>/dev/null || true; done
  peers=()
}

# cpu PID...: processor seconds of these processes so far.
cpu() { local p; for p in "$@"; do cat "/proc/$p/stat"; done | awk '{ t += $14 + $15 } END { print t / 100 }'; }
# memory PID...: MiB in memory.
memory() { local p; for p in "$@"; do grep VmRSS "/proc/$p/status"; done | awk '{ t += $2 } END { printf "%.0f\n", t / 1024 }'; }
redis_pid() { redis-cli -s "$(redis_socket)" INFO server | tr -d '\r' | sed -n 's/^process_id://p'; }
# The server's processes: the supervisor and its workers, without the stores.
server_pids() {
  local p
  echo "$server"
  for p in $(pgrep -P "$server"); do
    [ "$(readlink "/proc/$p/exe")" != "$(readlink "/proc/$server/exe")" ] || echo "$p"
  done
}

trap 'stop_peers; clean_up' EXIT
