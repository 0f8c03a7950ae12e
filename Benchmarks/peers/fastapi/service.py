"""Takes pings as Cabstand does, with what a Python service is made of: FastAPI, redis-py with hiredis, h3.

    REDIS_SOCKET=... uvicorn service:app --port N

The same work: every field is validated, positions are ordered by their own time (and, at the same time, by place), a driver who changes
their zone moves from one counter to the other, and all of it happens in one atomic script per request.
"""
import os
import re
import struct
import time
from contextlib import asynccontextmanager

import h3
import redis.asyncio as redis
from fastapi import FastAPI, HTTPException, Request
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

SCRIPT = """
local batch = ARGV[1]
local count = #ARGV - 1
local known = redis.call('HMGET', KEYS[1], unpack(ARGV, 2))
local changes, zones, superseded, latest = {}, {}, 0, {}
for index = 1, count do
  local driver = ARGV[index + 1]
  local time, latitude, longitude, cell = struct.unpack('>dddc8', batch, (index - 1) * 32 + 1)
  local old = latest[driver] or known[index]
  local isNew = true
  if old then
    local oldTime, oldLatitude, oldLongitude, oldCell = struct.unpack('>dddc8', old)
    isNew = time > oldTime or (time == oldTime and (latitude > oldLatitude
      or (latitude == oldLatitude and longitude > oldLongitude)))
    if isNew and oldCell ~= cell then zones[oldCell] = (zones[oldCell] or 0) - 1 end
    if isNew and oldCell ~= cell then zones[cell] = (zones[cell] or 0) + 1 end
  else
    zones[cell] = (zones[cell] or 0) + 1
  end
  if isNew then
    local record = string.sub(batch, (index - 1) * 32 + 1, index * 32)
    latest[driver] = record
    changes[#changes + 1] = driver
    changes[#changes + 1] = record
  else
    superseded = superseded + 1
  end
end
if #changes > 0 then redis.call('HSET', KEYS[1], unpack(changes)) end
for cell, step in pairs(zones) do
  if step ~= 0 and redis.call('HINCRBY', KEYS[2], cell, step) == 0 then redis.call('HDEL', KEYS[2], cell) end
end
return superseded
"""

IDS = re.compile(r"^[A-Za-z0-9._:-]{1,64}$")
RECORD = struct.Struct(">dddQ")


class Ping(BaseModel):
    driver: str = Field(pattern=IDS)
    time: int
    latitude: float = Field(ge=-90, le=90, allow_inf_nan=False)
    longitude: float = Field(ge=-180, le=180, allow_inf_nan=False)
    heading: float | None = Field(default=None, ge=0, le=360)
    speed: float | None = Field(default=None, ge=0, le=100)
    occupied: bool = False


PINGS = TypeAdapter(Ping | list[Ping])
store = {}


@asynccontextmanager
async def lifespan(_: FastAPI):
    client = redis.Redis(unix_socket_path=os.environ["REDIS_SOCKET"], max_connections=64)
    store["record"] = client.register_script(SCRIPT)
    yield
    await client.aclose()


app = FastAPI(lifespan=lifespan)


@app.post("/v1/pings")
async def pings(request: Request):
    try:
        found = PINGS.validate_json(await request.body())
    except ValidationError as error:
        raise HTTPException(400, error.errors(include_url=False, include_context=False)) from error
    if isinstance(found, Ping):
        found = [found]
    now = time.time() * 1000
    if not 0 < len(found) <= 1000 or any(not now - 172_800_000 <= ping.time <= now + 60_000 for ping in found):
        raise HTTPException(422, "too many pings, or a time out of range")
    batch = b"".join(
        RECORD.pack(ping.time, ping.latitude, ping.longitude, int(h3.latlng_to_cell(ping.latitude, ping.longitude, 8), 16))
        for ping in found
    )
    superseded = await store["record"](
        keys=["{peer}:drivers", "{peer}:zones"], args=[batch, *(ping.driver for ping in found)]
    )
    return {"accepted": len(found), "superseded": superseded, "rejected": []}
