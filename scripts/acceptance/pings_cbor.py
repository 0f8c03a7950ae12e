#!/usr/bin/env python3
"""Posts pings in CBOR, written by PyPI's cbor2, to a running server.

    pings_cbor.py URL                  400 arrays of good and bad pings, each in CBOR and in JSON, whose answers must be the same; then
                                       2,000 broken bodies, none of which may be answered with 5xx or cost the connection
    pings_cbor.py URL PINGS.csv.gz     a file of recorded pings in arrays of 100

Prints one JSON object; exits with 1 where answers differ.
"""
import csv
import datetime
import gzip
import http.client
import itertools
import json
import random
import re
import sys
import urllib.parse

import cbor2

NAMES = ["driver", "time", "latitude", "longitude", "heading", "speed", "occupied", "accuracy"]


class Server:
    def __init__(self, url):
        self.connection = http.client.HTTPConnection(urllib.parse.urlsplit(url).netloc, timeout=30)

    def post(self, body, kind, path="/v1/pings", method="POST"):
        self.connection.request(method, path, body, {"Content-Type": f"application/{kind}"})
        answer = self.connection.getresponse()
        return answer.status, answer.read()


def random_ping(rng, now):
    ping = [f"cbor-{rng.randrange(500)}", now - rng.randrange(3_600_000), rng.uniform(37.7, 37.8), rng.uniform(-122.5, -122.4),
            rng.choice([None, rng.randrange(361), rng.uniform(0, 360)]), rng.choice([None, rng.uniform(0, 99)]),
            rng.choice([None, True, False]), rng.choice([None, 5])]
    if rng.random() < 0.2:
        place = rng.randrange(8)
        ping[place] = rng.choice([
            None, "x y", "", "noon", 1e300, -181, 91, 101.5, True, [1], {"a": 1}, -(2**63), 2**63 - 1, 1.5, now + 10**9,
            datetime.datetime.fromtimestamp(now / 1000 - 5, datetime.timezone.utc).isoformat().replace("+00:00", "Z")])
    return ping


def compare(server):
    rng = random.Random(7)
    # The server's clock, which may be set to a day of the past.
    clock = json.loads(server.post(None, "json", "/admin/clock", "GET")[1])["now"]
    now = int(datetime.datetime.fromisoformat(clock.replace("Z", "+00:00")).timestamp() * 1000)
    differing = []
    rejected = 0
    for _ in range(400):
        pings = [random_ping(rng, now) for _ in range(rng.choice([1, 2, 100]))]
        as_json = json.dumps([{n: v for n, v in zip(NAMES, ping) if v is not None or rng.random() < 0.5} for ping in pings])
        answers = []
        # CBOR first: what it counts, JSON then finds superseded.
        for body, kind in [(cbor2.dumps(pings, canonical=rng.random() < 0.5), "cbor"), (as_json.encode(), "json")]:
            status, answer = server.post(body, kind)
            # The clock goes on between the two.
            answer = json.loads(re.sub(rb"server's clock, [^.]*\.[0-9]*Z", b"server's clock", answer))
            answer.pop("superseded", None)
            answer.pop("requestId", None)
            answers.append([status, answer])
        rejected += len(answers[0][1].get("rejected", []))
        if answers[0] != answers[1]:
            differing.append({"cbor": answers[0], "json": answers[1]})
    faults = 0
    good = cbor2.dumps([random_ping(random.Random(1), now) for _ in range(5)])
    for _ in range(2_000):
        body = bytearray(good)
        for _ in range(rng.randrange(1, 5)):
            place = rng.randrange(len(body))
            match rng.randrange(3):
                case 0:
                    body[place] = rng.randrange(256)
                case 1:
                    del body[place:place + rng.randrange(1, 20)]
                case 2:
                    body[place:place] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
            if not body:
                body = bytearray([0x9F])
        status, _ = server.post(bytes(body), "cbor")
        faults += status not in (200, 400, 422)
    print(json.dumps({"arrays": 400, "rejectedPings": rejected, "broken": 2_000, "serverFaults": faults, "differing": differing[:3]}))
    return 1 if differing or faults else 0


def post(server, path):
    posted = refused = 0
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", newline="") as file:
        rows = csv.DictReader(file)
        while batch := [[row["cab"], int(row["t"]) * 1000, float(row["lat"]), float(row["lon"]), None, None, row["occ"] == "1"]
                        for row in itertools.islice(rows, 100)]:
            status, answer = server.post(cbor2.dumps(batch), "cbor")
            refused += status != 200 or json.loads(answer)["accepted"] != len(batch)
            posted += len(batch)
    print(json.dumps({"posted": posted, "refusedArrays": refused}))
    return 1 if refused else 0


def main():
    server = Server(sys.argv[1])
    return post(server, sys.argv[2]) if len(sys.argv) > 2 else compare(server)


if __name__ == "__main__":
    sys.exit(main())
