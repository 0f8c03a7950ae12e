"""A made-up city: drivers on a grid of 45 by 45 places, 1.1 km apart, so that each stands in a zone of its own.

  city.py URL fill               every driver once
  city.py URL move SECONDS       drivers move about, 1,000 positions a second
  city.py URL watch DASHBOARDS SECONDS
                                 the same while so many dashboards watch the live stream; how far behind they are, as JSON
"""
import asyncio, json, random, resource, sys, time

SIDE, PER_PLACE = 45, 3
MARKERS = ((37.05, -123.10), (38.50, -121.40))


def places():
    for row in range(SIDE):
        for column in range(SIDE):
            yield 37.40 + row * 1.1 / 111.2, -122.55 + column * 1.1 / 88.0


class Client(asyncio.Protocol):
    def __init__(self):
        self.buffer, self.waiter = b"", None

    def connection_made(self, transport):
        self.transport = transport

    def data_received(self, data):
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        length = int(self.buffer[:head].lower().split(b"content-length: ", 1)[1].split(b"\r\n", 1)[0])
        if len(self.buffer) >= head + 4 + length:
            answer, self.buffer = (int(self.buffer[9:12]), self.buffer[head + 4:head + 4 + length]), b""
            self.waiter.set_result(answer)

    async def ask(self, method, path, body=b""):
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(b"%s %s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                             % (method, path, len(body), body))
        status, answer = await self.waiter
        assert status == 200, answer
        return answer


class City:
    def __init__(self, url):
        host, port = url.removeprefix("http://").split(":")
        self.host, self.port = host, int(port)
        random.seed(3)
        self.drivers = [(f"cab-{number}-{index}", latitude, longitude)
                        for number, (latitude, longitude) in enumerate(places()) for index in range(PER_PLACE)]

    async def client(self):
        _, client = await asyncio.get_running_loop().create_connection(Client, self.host, self.port)
        return client

    @staticmethod
    def body(drivers, spread=0.0):
        now = int(time.time() * 1000)
        return b"[%s]" % ",".join(
            '{"driver":"%s","time":%d,"latitude":%.5f,"longitude":%.5f}'
            % (name, now, latitude + random.uniform(-spread, spread), longitude + random.uniform(-spread, spread))
            for name, latitude, longitude in drivers).encode()

    async def fill(self):
        client = await self.client()
        for start in range(0, len(self.drivers), 500):
            await client.ask(b"POST", b"/v1/pings", self.body(self.drivers[start:start + 500]))

    async def move(self, seconds):
        client, begin, number = await self.client(), time.perf_counter(), 0
        # The first of a place stays, so that no zone empties for long.
        moving = [driver for driver in self.drivers if not driver[0].endswith("-0")]
        while time.perf_counter() - begin < seconds:
            await client.ask(b"POST", b"/v1/pings", self.body(random.sample(moving, 50), 0.006))
            number += 1
            await asyncio.sleep(max(0, begin + number * 0.05 - time.perf_counter()))

    async def watch(self, dashboards, seconds):
        client = await self.client()
        cells = []
        for latitude, longitude in MARKERS:
            await client.ask(b"POST", b"/v1/pings", self.body([("marker", latitude, longitude)]))
            await asyncio.sleep(0.6)
            box = b"%f,%f,%f,%f" % (longitude - 0.02, latitude - 0.02, longitude + 0.02, latitude + 0.02)
            page = json.loads(await client.ask(b"GET", b"/v1/zones/load?region=sf&bbox=" + box))
            cells += [feature["id"].encode() for feature in page["features"] if feature["properties"]["supply"] == 1]
        assert len(cells) == 2, cells
        bench = self.bench = Watch(cells)
        loop = asyncio.get_running_loop()
        for start in range(0, dashboards, 50):
            await asyncio.gather(*(loop.create_connection(lambda: Dashboard(bench), self.host, self.port)
                                   for _ in range(start, min(start + 50, dashboards))))
        while bench.opened < dashboards:
            await asyncio.sleep(0.1)
        await asyncio.sleep(1)
        moving = asyncio.ensure_future(self.move(seconds))
        bench.bytes, cpu, begin = 0, time.process_time(), time.perf_counter()
        moves = 0
        await asyncio.sleep(1)
        while time.perf_counter() - begin < seconds - 2:
            # Not in step with anything that happens twice a second.
            await asyncio.sleep(random.uniform(1.2, 1.9))
            place = moves % 2
            bench.marker = b'"cell":"%s","demand":0,"supply":1,' % cells[place]
            bench.moved = time.perf_counter()
            moves += 1
            await client.ask(b"POST", b"/v1/pings", self.body([("marker", *MARKERS[place])]))
        await moving
        # The last change needs its time, too.
        await asyncio.sleep(1.5)
        elapsed = time.perf_counter() - begin
        lags = sorted(lag * 1000 for lag in bench.lags)
        part = lambda share: lags[min(len(lags) - 1, int(len(lags) * share))]
        print(json.dumps({
            "dashboards": dashboards, "moves": moves, "told": len(lags), "notTold": moves * dashboards - len(lags), "streamsLost": bench.lost,
            "p50Milliseconds": part(0.5), "p99Milliseconds": part(0.99), "maximumMilliseconds": lags[-1],
            "megabytesPerSecond": bench.bytes / elapsed / 1e6, "loadToolBusy": (time.process_time() - cpu) / elapsed}))


class Watch:
    def __init__(self, cells):
        self.marker, self.moved, self.lags, self.opened, self.lost, self.bytes = None, 0.0, [], 0, 0, 0


class Dashboard(asyncio.Protocol):
    def __init__(self, bench):
        self.bench, self.rest, self.told, self.is_open = bench, b"", None, False

    def connection_made(self, transport):
        transport.write(b"GET /v1/zones/feed?region=sf HTTP/1.1\r\nhost: x\r\n\r\n")

    def data_received(self, data):
        bench = self.bench
        bench.bytes += len(data)
        if not self.is_open and b"event: load" in data:
            self.is_open = True
            bench.opened += 1
        if bench.marker and self.told is not bench.marker:
            if (self.rest + data).find(bench.marker) >= 0:
                bench.lags.append(time.perf_counter() - bench.moved)
                self.told = bench.marker
        self.rest = data[-80:]

    def connection_lost(self, error):
        self.bench.lost += 1


url, action, *numbers = sys.argv[1:]
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
asyncio.run(getattr(City(url), action)(*(int(number) for number in numbers)))
