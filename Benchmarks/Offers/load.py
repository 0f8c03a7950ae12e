"""Ride requests at a steady rate while drivers listen to their feeds: how long from sending a request to the offer on a driver's feed.

Drivers stand all over a region and tell where they are every 30 s. Requests come from a part of it, all of whose drivers have their feeds open.
A rider whose offer has gone out calls the ride off within a second, so that the driver is free again and as many drivers stay free as there were.
"""
import argparse, asyncio, json, random, resource, statistics, time

SOUTH, NORTH, WEST, EAST = 37.20, 38.00, -122.60, -121.80
# Where requests come from, and how far around it feeds are open, in degrees.
INNER = (37.54, 37.66, -122.27, -122.13)
MARGIN = 0.03


def drivers(count):
    random.seed(7)
    return [(f"cab-{number}", random.uniform(SOUTH, NORTH), random.uniform(WEST, EAST)) for number in range(count)]


def inside(latitude, longitude, margin=0.0):
    south, north, west, east = INNER
    return south - margin <= latitude <= north + margin and west - margin <= longitude <= east + margin


class Client(asyncio.Protocol):
    """One keep-alive connection; one request at a time."""

    def __init__(self):
        self.buffer = b""
        self.waiter = None

    def connection_made(self, transport):
        self.transport = transport

    def connection_lost(self, error):
        if self.waiter and not self.waiter.done():
            self.waiter.set_exception(ConnectionError("lost"))

    def data_received(self, data):
        self.buffer += data
        head = self.buffer.find(b"\r\n\r\n")
        if head < 0:
            return
        lower = self.buffer[:head].lower()
        start = lower.find(b"content-length: ")
        length = int(lower[start + 16:].split(b"\r\n", 1)[0]) if start >= 0 else 0
        if len(self.buffer) < head + 4 + length:
            return
        answer = int(self.buffer[9:12]), self.buffer[head + 4:head + 4 + length]
        self.buffer = self.buffer[head + 4 + length:]
        if self.waiter and not self.waiter.done():
            self.waiter.set_result(answer)

    async def post(self, path, body):
        self.waiter = asyncio.get_running_loop().create_future()
        self.transport.write(b"POST %s HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n%s"
                             % (path, len(body), body))
        return await self.waiter


class Pool:
    def __init__(self, host, port):
        self.host, self.port, self.free = host, port, []
        self.places = asyncio.Semaphore(400)

    async def post(self, path, body):
        async with self.places:
            if self.free:
                client = self.free.pop()
            else:
                _, client = await asyncio.get_running_loop().create_connection(Client, self.host, self.port)
            answer = await client.post(path, body)
            self.free.append(client)
            return answer


class Feed(asyncio.Protocol):
    """A driver's feed: hands over every offer with the moment at which it came."""

    def __init__(self, driver, bench):
        self.driver, self.bench, self.buffer, self.is_open = driver, bench, b"", False

    def connection_made(self, transport):
        self.transport = transport
        transport.write(b"GET /v1/drivers/%s/feed HTTP/1.1\r\nhost: x\r\naccept: text/event-stream\r\n\r\n" % self.driver.encode())

    def data_received(self, data):
        now = time.perf_counter()
        self.buffer += data
        while (end := self.buffer.find(b"\n\n")) >= 0:
            event, self.buffer = self.buffer[:end], self.buffer[end + 2:]
            if b"event: snapshot" in event and not self.is_open:
                self.is_open = True
                self.bench.opened += 1
            elif b"event: offer\n" in event:
                start = event.find(b'"rideId":"') + 10
                self.bench.offered(event[start:event.find(b'"', start)], now)

    def connection_lost(self, error):
        self.bench.lost += 1


class Bench:
    def __init__(self, options):
        self.options = options
        host, port = options.url.removeprefix("http://").split(":")
        self.host, self.port = host, int(port)
        self.pool = Pool(self.host, self.port)
        self.opened = self.lost = self.failed = self.reoffered = 0
        self.sent, self.latencies, self.posts, self.early = {}, [], [], {}
        self.riders = {}
        self.lag = 0.0
        self.tasks = set()

    def run_later(self, coroutine):
        task = asyncio.ensure_future(coroutine)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)

    def offered(self, ride, now):
        if ride in self.sent:
            self.tell(ride, now)
        elif ride in self.riders:
            self.reoffered += 1
        else:
            # The offer overtook the answer to the request.
            self.early[ride] = now

    def tell(self, ride, now):
        self.latencies.append(now - self.sent.pop(ride))
        self.run_later(self.cancel(ride))

    async def cancel(self, ride):
        await asyncio.sleep(random.uniform(0, 1))
        await self.pool.post(b"/v1/rides/%s/cancel" % ride, b'{"rider":"%s"}' % self.riders[ride])

    async def request(self, number):
        south, north, west, east = INNER
        rider = b"r-%d" % number
        body = b'{"rider":"%s","pickup":{"latitude":%.5f,"longitude":%.5f},"dropoff":{"latitude":%.5f,"longitude":%.5f}}' % (
            rider, random.uniform(south, north), random.uniform(west, east), random.uniform(south, north), random.uniform(west, east))
        try:
            status, answer = await self.pool.post(b"/v1/quotes", body)
            assert status == 201, answer
            quote = json.loads(answer)["quoteId"]
            start = time.perf_counter()
            status, answer = await self.pool.post(b"/v1/rides", b'{"rider":"%s","quoteId":"%s"}' % (rider, quote.encode()))
            assert status == 201, answer
        except (AssertionError, ConnectionError, OSError) as error:
            self.failed += 1
            if self.failed < 4:
                print(f"failed: {error}", flush=True)
            return
        self.posts.append(time.perf_counter() - start)
        at = answer.find(b'"rideId":"') + 10
        ride = answer[at:answer.find(b'"', at)]
        self.riders[ride] = rider
        self.sent[ride] = start
        if ride in self.early:
            self.tell(ride, self.early.pop(ride))

    async def ping(self, fleet, until):
        """Every driver every 30 s, in arrays of 100."""
        batches = [fleet[start:start + 100] for start in range(0, len(fleet), 100)]
        pause, index, begin = 30 / len(batches), 0, time.perf_counter()
        while time.perf_counter() < until:
            await self.post_pings(batches[index % len(batches)])
            index += 1
            await asyncio.sleep(max(0, begin + index * pause - time.perf_counter()))

    async def post_pings(self, batch):
        now = int(time.time() * 1000)
        body = ",".join('{"driver":"%s","time":%d,"latitude":%.5f,"longitude":%.5f}' % (name, now, latitude, longitude)
                        for name, latitude, longitude in batch)
        for _ in range(5):
            status, answer = await self.pool.post(b"/v1/pings", b"[%s]" % body.encode())
            if status == 200:
                return
            await asyncio.sleep(0.5)
        raise RuntimeError(f"positions are refused: {answer}")

    async def watch_lag(self):
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            self.lag = max(self.lag, time.perf_counter() - before - 0.01)

    async def run(self):
        fleet = drivers(self.options.drivers)
        for start in range(0, len(fleet), 100):
            await self.post_pings(fleet[start:start + 100])
        listening = [driver for driver in fleet if inside(driver[1], driver[2], MARGIN)]
        loop = asyncio.get_running_loop()
        for start in range(0, len(listening), 50):
            await asyncio.gather(*(loop.create_connection(lambda name=name: Feed(name, self), self.host, self.port)
                                   for name, _, _ in listening[start:start + 50]))
        while self.opened < len(listening):
            await asyncio.sleep(0.1)
        seconds, rate = self.options.seconds, self.options.rate
        begin = time.perf_counter()
        self.run_later(self.ping(fleet, begin + seconds + 3))
        # The first two windows warm up and are not counted.
        lag, self.lag = asyncio.ensure_future(self.watch_lag()), 0.0
        cpu = time.process_time()
        warm = 4
        for number in range(int((seconds + warm) * rate)):
            delay = begin + number / rate - time.perf_counter()
            if delay > 0:
                await asyncio.sleep(delay)
            if number == int(warm * rate):
                self.latencies, self.posts, self.lag, cpu, counted = [], [], 0.0, time.process_time(), time.perf_counter()
            self.run_later(self.request(number))
        share = (time.process_time() - cpu) / (time.perf_counter() - counted)
        await asyncio.sleep(2.5)
        lag.cancel()
        unanswered = len(self.sent)
        milliseconds = sorted(value * 1000 for value in self.latencies)
        part = lambda values, share: values[min(len(values) - 1, int(len(values) * share))]
        posts = sorted(value * 1000 for value in self.posts)
        print(json.dumps({
            "drivers": len(fleet), "feeds": self.opened, "feedsLost": self.lost, "requestsPerSecond": rate, "offers": len(milliseconds),
            "withoutOffer": unanswered, "failed": self.failed, "offeredAgain": self.reoffered,
            "p50Milliseconds": part(milliseconds, 0.5), "p90Milliseconds": part(milliseconds, 0.9),
            "p99Milliseconds": part(milliseconds, 0.99), "maximumMilliseconds": milliseconds[-1],
            "requestP50Milliseconds": part(posts, 0.5), "requestP99Milliseconds": part(posts, 0.99),
            "loadToolBusy": round(share, 3), "loadToolLagMilliseconds": round(self.lag * 1000, 1)}))


parser = argparse.ArgumentParser()
parser.add_argument("--url", required=True)
parser.add_argument("--drivers", type=int, default=100_000)
parser.add_argument("--rate", type=float, default=200)
parser.add_argument("--seconds", type=float, default=60)
options = parser.parse_args()
soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
asyncio.run(Bench(options).run())
