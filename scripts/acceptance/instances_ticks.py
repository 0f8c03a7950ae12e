"""The other side of scripts/acceptance/instances.

    instances_ticks.py receive FOLDER            writes every tick that is called for to FOLDER/ticks
    instances_ticks.py check FOLDER MINUTES      compares with the clock; exits with 1 where a tick is lost, doubled or early
"""
import collections
import http.server
import re
import sys
import threading
import time

# The minute of the hour at which the instance is killed that runs the tick of KILL_TRIGGER: the answers to both triggers' ticks are held
# back until then. The other trigger's tick is under way at the same instance or at the other one, as it comes.
KILL_MINUTE = 30
KILL_TRIGGER = "again"
HELD_SECONDS = 1.5
BEGIN = 1212771600000  # 2008-06-06T17:00:00Z


def receive(folder):
    lock = threading.Lock()
    ticks = open(f"{folder}/ticks", "w", buffering=1)
    held = set()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            arrived = time.time()
            self.rfile.read(int(self.headers.get("content-length", 0)))
            trigger, _, tick = self.headers["ce-id"].rpartition("@")
            instance = self.path.strip("/")
            with lock:
                ticks.write(f"{arrived:.6f} {instance} {trigger} {tick}\n")
                holds = int(tick) == BEGIN + KILL_MINUTE * 60000 and trigger not in held
                if holds:
                    held.add(trigger)
                    if trigger.endswith(f"/{KILL_TRIGGER}"):
                        with open(f"{folder}/kill", "w") as file:
                            file.write(instance)
            if holds:
                time.sleep(HELD_SECONDS)
            try:
                self.send_response(204)
                self.end_headers()
            except OSError:
                pass  # The caller is dead.

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open(f"{folder}/port", "w") as file:
        file.write(str(server.server_port))
    server.serve_forever()


def check(folder, minutes):
    with open(f"{folder}/clock") as file:
        city, real, rate = (float(text) for text in file.read().split())
    killed = open(f"{folder}/killed").read().strip()

    def city_time(moment):
        return city + (moment * 1000 - real) * rate

    faults = []
    calls = collections.defaultdict(lambda: collections.defaultdict(list))
    with open(f"{folder}/ticks") as file:
        for line in file:
            moment, instance, trigger, tick = line.split()
            if int(tick) >= city:
                calls[trigger][int(tick)].append((float(moment), instance))
                if city_time(float(moment)) < int(tick):
                    faults.append(f"{trigger}: {tick} came {(int(tick) - city_time(float(moment))) / 1000:.3f} s early")
    # The minute that is under way at the end does not count.
    expected = [BEGIN + minute * 60000 for minute in range(minutes)]
    interrupted = BEGIN + KILL_MINUTE * 60000
    for name in ("once", "again"):
        trigger = next((t for t in calls if t.endswith(f"/{name}")), None)
        seen = calls[trigger] if trigger else {}
        lost = [tick for tick in expected if tick not in seen]
        doubled = [tick for tick in expected if len(seen.get(tick, [])) > 1]
        repeated = [tick for tick in doubled if name == "again" and tick == interrupted and len(seen[tick]) == 2]
        doubled = [tick for tick in doubled if tick not in repeated]
        faults += [f"{name}: tick {tick} was lost" for tick in lost]
        faults += [f"{name}: tick {tick} came {len(seen[tick])} times: {seen[tick]}" for tick in doubled]
        by = collections.Counter(call[0][1] for tick, call in seen.items() if tick in expected)
        late = max((city_time(call[0][0]) - tick for tick, call in seen.items() if tick in expected), default=0) / 1000
        print(
            f"{name}: {len(expected)} ticks were due, {len(expected) - len(lost)} came, {len(lost)} lost, {len(doubled)} doubled, "
            f"{len(repeated)} interrupted and repeated; by instance {dict(by)}, "
            f"the latest {late:.0f} s of city time ({late / rate:.2f} s) after its moment")
        last = max((tick for tick, call in seen.items() if call[-1][1] == killed), default=None)
        if not any(instance != killed for call in seen.values() for _, instance in call):
            faults.append(f"{name}: nobody went on after {last}")

    # What the ledger was told: `<moment> [0 lua] "HSET" "{lease:cron/<function>/<trigger>}:tick" "time" "<tick>" "done" … "owner" "<who>"`.
    pattern = re.compile(r'^([0-9.]+) .*"\{lease:(?:cron/)?([^}]+)\}:tick" "time" "(\d+)" .*"owner" "([^"]*)"')
    ledger = collections.defaultdict(list)
    with open(f"{folder}/ledger") as file:
        for line in file:
            if found := pattern.match(line):
                moment, trigger, tick, owner = found.groups()
                if int(tick) > city and float(moment) * 1000 >= real:
                    ledger[trigger].append((float(moment), int(tick), owner))
    total = 0
    for trigger, entries in sorted(ledger.items()):
        total += len(entries)
        for (_, one, _), (_, other, _) in zip(entries, entries[1:]):
            if other <= one:
                faults.append(f"{trigger}: the ledger goes from {one} to {other}")
        for moment, tick, _ in entries:
            if city_time(moment) < tick:
                faults.append(f"{trigger}: {tick} was taken {(tick - city_time(moment)) / 1000:.3f} s early")
        owners = collections.Counter(owner.rsplit("-", 1)[0] for _, _, owner in entries)
        print(f"ledger of {trigger}: {len(entries)} ticks in their order by {len(owners)} instances")
    if total == 0:
        faults.append("the ledger was told nothing")
    for fault in faults:
        print("FAULT:", fault)
    print("each tick once, none early" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    if sys.argv[1:2] == ["receive"]:
        receive(sys.argv[2])
    elif sys.argv[1:2] == ["check"]:
        sys.exit(check(sys.argv[2], int(sys.argv[3])))
    else:
        sys.exit(__doc__)
