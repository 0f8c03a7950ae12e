import RedisClient

/// The moves of the event streams that take more than one command, each atomic.
enum StreamScripts {
  /// Events in one call at most.
  static let maxEventsPerCall = 500

  /// Adds events and answers how many, or -1 where the topic is full.
  ///
  /// A full topic forgets what all its groups are done with, except the last moments, which feeds may still read; a topic
  /// without groups forgets the oldest. Events that a group is not done with are never forgotten: the topic is full.
  ///
  /// Arguments: how many entries at most, how many milliseconds to keep, how many events; for each event the number of its
  /// fields and values, and those.
  static let publish = RedisScript(
    #"""
    local stream, limit, keep, count = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
    local function isFull() return redis.call('XLEN', stream) + count > limit end
    local function parts(id)
      local time, number = string.match(id, '(%d+)-(%d+)')
      return tonumber(time), tonumber(number)
    end
    local function earlier(left, right)
      local leftTime, leftNumber = parts(left)
      local rightTime, rightNumber = parts(right)
      if leftTime < rightTime or (leftTime == rightTime and leftNumber < rightNumber) then return left end
      return right
    end
    local function trim()
      if redis.call('EXISTS', stream) == 0 then return end
      local groups = redis.call('XINFO', 'GROUPS', stream)
      if #groups == 0 then
        redis.call('XTRIM', stream, 'MAXLEN', '=', math.max(limit - count, 0))
        return
      end
      local now = redis.call('TIME')
      local first = string.format('%.0f-0', math.max(now[1] * 1000 + math.floor(now[2] / 1000) - keep, 0))
      for _, group in ipairs(groups) do
        local facts = {}
        for index = 1, #group, 2 do facts[group[index]] = group[index + 1] end
        local pending = redis.call('XPENDING', stream, facts['name'], '-', '+', 1)
        first = earlier(first, pending[1] and pending[1][1] or facts['last-delivered-id'])
      end
      -- Whole nodes of the stream first, because they cost little, and some of them at a time.
      redis.call('XTRIM', stream, 'MINID', '~', first)
      if isFull() then redis.call('XTRIM', stream, 'MINID', '=', first) end
    end
    if isFull() then
      trim()
      if isFull() then return -1 end
    end
    local position = 4
    for event = 1, count do
      local last = position + ARGV[position]
      redis.call('XADD', stream, '*', unpack(ARGV, position + 1, last))
      position = last + 1
    end
    return count
    """#)

  /// Takes over entries that were left alone and answers them with their delivery counts.
  ///
  /// Arguments: group, consumer, idle milliseconds, how many at most.
  static let claimIdle = RedisScript(
    #"""
    local idle = redis.call('XPENDING', KEYS[1], ARGV[1], 'IDLE', ARGV[3], '-', '+', ARGV[4])
    if #idle == 0 then return {} end
    local ids, deliveries = {}, {}
    for index = 1, #idle do
      ids[index] = idle[index][1]
      deliveries[idle[index][1]] = idle[index][4]
    end
    local claimed = redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], ARGV[3], unpack(ids))
    local entries = {}
    for index = 1, #claimed do
      local entry = claimed[index]
      if entry and entry[2] then entries[#entries + 1] = {entry[1], entry[2], deliveries[entry[1]] + 1} end
    end
    return entries
    """#)

  /// Makes what a consumer has look as if it had been left alone for a day.
  ///
  /// Arguments: group, consumer.
  static let release = RedisScript(
    #"""
    local mine = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[2])
    local ids = {}
    for index = 1, #mine do ids[index] = mine[index][1] end
    if #ids > 0 then
      for _, word in ipairs({'IDLE', '86400000', 'JUSTID'}) do ids[#ids + 1] = word end
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))
    end
    return #ids
    """#)

  /// Restarts the idle time of entries that a consumer has.
  ///
  /// Arguments: group, consumer, entry ids.
  static let keepAlive = RedisScript(
    #"""
    local ids = {}
    for index = 3, #ARGV do
      if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[index], ARGV[index], 1, ARGV[2]) > 0 then
        ids[#ids + 1] = ARGV[index]
      end
    end
    if #ids > 0 then
      ids[#ids + 1] = 'JUSTID'
      redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, unpack(ids))
    end
    return #ids
    """#)
}
