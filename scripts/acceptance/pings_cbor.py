#!/usr/bin/env python3
"""Posts pings in CBOR, written by PyPI's cbor2, to a running server and holds the answers against those to the same pings in JSON.

    pings_cbor.py URL [PINGS.csv.gz]

First 400 arrays of good and bad pings, each in both forms and with random encodings of numbers; then 2,000 broken bodies, none of which
may be answered with 5xx or cost the connection; then, where a file of recorded pings is given, all of it in arrays of 100. Prints one JSON
object; exits with 1 where answers differ.
"""
import csv
import datetime
import gzip
import http.client
import json
import random
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


def main():
    url = sys.argv[1]
    rng = random.Random(7)
    server = Server(url)
    # The server's clock, which may be set to a day of the past.
    clock = json.loads(server.post(None, "json", "/admin/clock", "GET")[1])["now"]
    now = int(datetime.datetime.fromisoformat(clock.replace("Z", "+00:00")).timestamp() * 1000)
    differing = []
    rejected = 0
    for _ in range(400):
        pings = [random_ping(rng, now) for _ in range(rng.choice([1, 2, 100]))]
        as_json = json.dumps([{n: v for n, v in zip(NAMES, ping) if v is not None or rng.random() < 0.5} for ping in pings]).encode()
        as_cbor = cbor2.dumps(pings, canonical=rng.random() < 0.5)
        # CBOR first: what it counts, JSON then finds superseded.
        cbor_status, cbor_answer = server.post(as_cbor, "cbor")
        json_status, json_answer = server.post(as_json, "json")
        found, expected = json.loads(cbor_answer), json.loads(json_answer)
        for answer in (found, expected):
            for key in ("superseded", "requestId"):
                answer.pop(key, None)
        rejected += len(found.get("rejected", []))
        if cbor_status != json_status or found != expected:
            differing.append({"cbor": [cbor_status, found], "json": [json_status, expected]})
    faults = 0
    good = cbor2.dumps([random_ping(random.Random(1), now) for _ in range(5)])
    for _ in range(2_000):
        body = bytearray(good)
        for _ in range(rng.randrange(1, 5)):
            place = rng.randrange(len(body))
            match rng.randrange(3):
                case 0: body[place] = rng.randrange(256)
                case 1: del body[place:place + rng.randrange(1, 20)]
                case 2: body[place:place] = bytes(rng.randrange(256) for _ in range(rng.randrange(1, 9)))
            if not body:
                body = bytearray([0x9F])
        status, _ = server.post(bytes(body), "cbor")
        faults += status not in (200, 400, 422)
    posted = 0
    if len(sys.argv) > 2:
        def flush(batch):
            status, answer = server.post(cbor2.dumps(batch), "cbor")
            if status != 200 or json.loads(answer)["accepted"] != len(batch):
                differing.append({"posted": [status, answer.decode()]})
        opener = gzip.open if sys.argv[2].endswith(".gz") else open
        with opener(sys.argv[2], "rt", newline="") as file:
            batch = []
            for row in csv.DictReader(file):
                batch.append([row["cab"], int(row["t"]) * 1000, float(row["lat"]), float(row["lon"]), None, None, row["occ"] == "1"])
                posted += 1
                if len(batch) == 100:
                    flush(batch)
                    batch = []
            if batch:
                flush(batch)
    print(json.dumps({"arrays": 400, "rejectedPings": rejected, "broken": 2_000, "serverFaults": faults, "posted": posted,
                      "differing": differing[:5]}))
    return 1 if differing or faults else 0


if __name__ == "__main__":
    sys.exit(main())
