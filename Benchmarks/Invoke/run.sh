#!/usr/bin/env bash
# How long `cabstand invoke` takes from exec to exit, beside a program that does nothing, and how long `cabstand serve` takes until it is
# ready where its stores are up already, beside redis-server until its first PONG.
#
#   Benchmarks/Invoke/run.sh [--rows] [runs]     200 runs of each unless told otherwise, a tenth of it for the servers
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
[ -n "${CABSTAND:-}" ] || scripts/build >&2
. scripts/acceptance/library.sh
# A server whose stores the measured ones use.
start_server
cat >"$work/shift.json" <<'JSON'
{"state": "online", "vehicleClass": "economy", "region": "sf"}
JSON
printf 'int main(void) { return 0; }\n' >"$work/empty.c"
printf 'print("hello")\n' >"$work/hello.swift"
cc -O2 -o "$work/empty" "$work/empty.c" 2>/dev/null || cp /bin/true "$work/empty"
swiftc -O -o "$work/hello" "$work/hello.swift" 2>/dev/null || cp /bin/true "$work/hello"

python3 - "$cabstand" "$work" "$runs" "$rows" <<'PYTHON'
import http.client, json, os, signal, socket, statistics, subprocess, sys, time

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
file = json.load(open(f"{work}/data/serve.json"))
stores = dict(os.environ, CABSTAND_REDIS_URL=file["redisURL"], CABSTAND_POSTGRES_URL=file["postgresURL"])


def is_ready(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/readyz")
    return connection.getresponse().status == 200


def says_pong(port):
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        connection.sendall(b"PING\r\n")
        return connection.recv(16).startswith(b"+PONG")


def start(arguments, environment, port, answers):
    """Milliseconds from the start of a server until it answers."""
    log = open(f"{work}/server.log", "w")
    begin = time.perf_counter()
    process = subprocess.Popen(arguments, env=environment, stdout=log, stderr=log)
    while True:
        try:
            if answers(port):
                break
        except OSError:
            pass
        if process.poll() is not None:
            sys.exit(f"{arguments[0]} ended at once: {open(f'{work}/server.log').read()[-500:]}")
        time.sleep(0.0005)
    took = (time.perf_counter() - begin) * 1e3
    process.send_signal(signal.SIGTERM)
    process.wait()
    return took


def free_port():
    with socket.socket() as some:
        some.bind(("127.0.0.1", 0))
        return some.getsockname()[1]


times |= {"serve": [], "serve, one process": [], "redis-server": []}
for index in range(max(5, runs // 10) + 1):
    port = free_port()
    serve = [program, "serve", "--port", str(port), "--data-dir", f"{work}/serve"]
    for name, arguments, environment, answers in (
        ("serve", serve, stores, is_ready),
        ("serve, one process", serve + ["--workers", "0"], stores, is_ready),
        ("redis-server", ["redis-server", "--port", str(port), "--save", "", "--dir", work], os.environ, says_pong),
    ):
        took = start(arguments, environment, port, answers)
        if index > 0:
            times[name].append(took)
median = {name: statistics.median(values) for name, values in times.items()}
if rows:
    for name in ("serve", "serve, one process"):
        print(f"{name}: exec to ready\t{median[name]:.0f} ms\tredis-server to first PONG\t{median['redis-server']:.0f} ms\t"
              f"{median[name] / median['redis-server']:.1f}")
for name in ("Swift, hello", "C, empty", "/bin/true"):
    if rows:
        print(f"invoke, exec to exit\t{median['invoke']:.1f} ms\t{name}\t{median[name]:.1f} ms\t{median['invoke'] / median[name]:.1f}")
if not rows:
    for name, values in times.items():
        values.sort()
        print(f"{name:20} median {median[name]:6.2f} ms   p90 {values[int(len(values) * 0.9)]:6.2f} ms   best {values[0]:6.2f} ms")
PYTHON
