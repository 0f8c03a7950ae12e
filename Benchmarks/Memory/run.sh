#!/usr/bin/env bash
# How much memory `cabstand serve` uses: idle, and with 100,000 made-up drivers online.
#
#   run.sh [--rows] [drivers]     100,000 unless told otherwise
#
# What counts are the processes of the server itself (supervisor, workers and the spare one), each with its share of the pages that it
# shares with others (Pss): added up, every page counts once. The largest process's own Rss stands beside it. Redis and PostgreSQL,
# which hold the drivers, are shown as the references.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
. scripts/acceptance/library.sh
rows=no
if [ "${1:-}" = --rows ]; then
  rows=yes
  shift
fi
drivers=${1:-100000}
[ -n "${CABSTAND:-}" ] || scripts/build >&2

# As many workers as there are without the adjustable clock.
start_server 0 --workers 2
python3 - "$server" "$work/data/serve.json" "$drivers" "$rows" <<'PYTHON'
import concurrent.futures, json, os, random, socket, sys, time

server, drivers, rows = int(sys.argv[1]), int(sys.argv[3]), sys.argv[4] == "yes"
address = json.load(open(sys.argv[2]))["address"].removeprefix("http://")


def processes():
    """The server's descendants, by kind."""
    parents = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            fields = open(f"/proc/{name}/stat").read().rsplit(")", 1)
            parents[int(name)] = (int(fields[1].split()[1]), fields[0].split("(", 1)[1])
        except OSError:
            pass
    found, todo = {}, [server]
    while todo:
        process = todo.pop()
        if process in parents:
            found[process] = parents[process][1]
        todo += [child for child, (parent, _) in parents.items() if parent == process]
    return found


def memory():
    totals = {"cabstand": [0, 0, 0], "redis-server": [0, 0, 0], "postgres": [0, 0, 0]}
    own = processes().get(server)
    for process, name in processes().items():
        kind = "cabstand" if name == own else name
        try:
            fields = {line.split()[0]: int(line.split()[1]) for line in open(f"/proc/{process}/smaps_rollup") if "kB" in line}
        except OSError:
            continue
        total = totals.setdefault(kind, [0, 0, 0])
        total[0] += fields["Pss:"]
        total[1] = max(total[1], fields["Rss:"])
        total[2] += 1
    return {kind: (pss / 1024, rss / 1024, count) for kind, (pss, rss, count) in totals.items()}


def show(when):
    found = memory()
    pss, rss, count = found["cabstand"]
    redis, postgres = found["redis-server"][0], found["postgres"][0]
    if rows:
        print(f"{when}\t{pss:.1f} MB\tits Redis\t{redis:.1f} MB\t{pss / max(redis, 0.1):.2f}")
    else:
        print(f"{when}: {pss:.1f} MB in {count} processes (the largest by itself {rss:.1f} MB); "
              f"Redis {redis:.1f} MB, PostgreSQL {postgres:.1f} MB", flush=True)


host, port = address.split(":")


def send(stream, answers, requests):
    """Sends requests at once and reads their answers, the bodies of which it returns."""
    stream.sendall(b"".join(
        f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nx-cabstand-caller: service:bench\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}".encode() for method, path, body in requests))
    bodies = []
    for method, path, _ in requests:
        status, length = int(answers.readline().split()[1]), 0
        while (line := answers.readline().strip()):
            if line.lower().startswith(b"content-length:"):
                length = int(line.split(b":")[1])
        bodies.append(answers.read(length))
        if status >= 300:
            sys.exit(f"{method} {path}: {status} {bodies[-1][:300]}")
    return bodies


time.sleep(15)
show("idle")
random.seed(1)
shift = json.dumps({"status": "online", "vehicleClass": "standard", "region": "sf"})


def place(number):
    return {"driver": f"mem{number}", "time": int(time.time() * 1000), "latitude": round(random.uniform(37.70, 37.81), 5),
            "longitude": round(random.uniform(-122.51, -122.39), 5)}


def go_online(part):
    """Begins the shifts of some drivers and posts a ping of each; returns how many pings were accepted."""
    accepted = 0
    with socket.create_connection((host, int(port))) as stream, stream.makefile("rb") as answers:
        for first in range(0, len(part), 100):
            numbers = part[first:first + 100]
            for some in (numbers[:50], numbers[50:]):
                send(stream, answers, [("PUT", f"/v1/drivers/mem{number}/shift", shift) for number in some])
            body = json.dumps([place(number) for number in numbers])
            accepted += json.loads(send(stream, answers, [("POST", "/v1/pings", body)])[0]).get("accepted", 0)
    return accepted


begin = time.time()
with concurrent.futures.ThreadPoolExecutor(32) as threads:
    accepted = sum(threads.map(go_online, [range(first, drivers, 32) for first in range(32)]))
print(f"{drivers} drivers went online in {time.time() - begin:.0f} s", file=sys.stderr)
if accepted < drivers * 0.99:
    sys.exit(f"only {accepted} pings of {drivers} were accepted")
show(f"{drivers:,} drivers online, right after their pings")
time.sleep(15)
show(f"{drivers:,} drivers online, 15 s later")
PYTHON
