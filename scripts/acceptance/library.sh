# Shared by the acceptance scripts: finds the data and the program, starts and stops a server of its own.
data=${CABSTAND_DATA:-../shared/data}
cabstand=${CABSTAND:-.build/release/cabstand}
work=$(mktemp -d "${TMPDIR:-/tmp}/cabstand-acceptance-XXXXXX")
chmod 755 "$work"
server=

need_program() {
  [ -x "$cabstand" ] || { echo "build first: make build" >&2; exit 2; }
}

need_file() {
  [ -r "$1" ] || { echo "skipped: $1 is not there"; exit 0; }
}

# Starts a server on the port (0: a free one), with more options where they are given, with the data below $work/data; sets server, address.
start_server() {
  rm -f "$work/data/serve.json"
  "$cabstand" serve --port "${1:-0}" --clock adjustable --data-dir "$work/data" "${@:2}" 2>>"$work/serve.log" &
  server=$!
  for _ in $(seq 1200); do
    [ ! -s "$work/data/serve.json" ] || break
    kill -0 "$server" 2>/dev/null || { tail -n 5 "$work/serve.log" >&2; exit 1; }
    sleep 0.05
  done
  address=$(sed -E 's/.*"address":"([^"]+)".*/\1/' "$work/data/serve.json")
}

redis_socket() { sed -E 's/.*"redisURL":"unix:\/\/([^"?]+).*/\1/' "$work/data/serve.json"; }

stop_server() {
  [ -z "$server" ] || { kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; }
  server=
}

clean_up() {
  stop_server
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT TERM
