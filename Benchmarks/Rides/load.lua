-- Posts prepared bodies, one after the other, each once, and writes down the id of every answer 201.
--
--   wrk ... -s load.lua URL -- PATH BODIES IDS FIELD     FIELD: the member of the answer that holds the id
--   wrk ... -s load.lua URL -- both BODIES IDS           what a rider's app does: a quote, then the ride from it
--
-- One thread only: the bodies are read by it.
local path, ids, field, bodies, both
local headers = { ["content-type"] = "application/json" }
local quoted = {}
local first = 1
local last = 0

function init(args)
  path, field = args[1], args[4]
  both = path == "both"
  bodies = io.lines(args[2])
  ids = assert(io.open(args[3], "w"))
end

function request()
  if both and first <= last then
    local body = quoted[first]
    quoted[first] = nil
    first = first + 1
    return wrk.format("POST", "/v1/rides", headers, body)
  end
  local body = bodies()
  if not body then wrk.thread:stop() body = "{}" end
  return wrk.format("POST", both and "/v1/quotes" or path, headers, body)
end

function response(status, _, body)
  if status ~= 201 then return end
  if not both then
    ids:write(body:match('"' .. field .. '":"([^"]+)"'), "\n")
    return
  end
  local ride = body:match('"rideId":"([^"]+)"')
  if ride then
    ids:write(ride, "\n")
  else
    last = last + 1
    quoted[last] = string.format('{"rider":"%s","quoteId":"%s"}', body:match('"rider":"([^"]+)"') or "", body:match('"quoteId":"([^"]+)"'))
  end
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    'RESULT {"requests":%d,"seconds":%.6f,"p50Milliseconds":%.3f,"p99Milliseconds":%.3f,"refused":%d,"broken":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout))
end
