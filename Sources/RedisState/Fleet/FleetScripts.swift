import RedisClient

/// The moves of the fleet index, each atomic.
///
/// Numbers are compared as numbers and never as text: Lua compares text by the server's locale. A batch that holds a driver
/// more than once says so itself: each item names the one before it of the same driver (1 is the first item, 0 none), so
/// that the scripts need no table to find it.
enum FleetScripts {
  /// Drivers in one call at most: Lua passes no more than some 8,000 arguments on.
  static let maxDriversPerCall = 1_000

  /// How many idle drivers one call looks at: about a millisecond of the server's time.
  static let idlePage = 1_000

  /// Takes positions and answers which changed nothing: 2 bytes for each, 0 is the first position of the call.
  ///
  /// Arguments: for each position the one before it (2 bytes) and its record, all in one text; then the drivers. A position
  /// that stays in its zone with the same flags only replaces the record: one `HMGET` and one `HSET` for the whole batch.
  static let record = RedisScript(
    places + #"""
      local argv = ARGV
      local batch = argv[1]
      local count = #argv - 1
      local known = redis.call('HMGET', KEYS[1], unpack(argv, 2))
      local changes, size, superseded = {}, 0, {}
      local moved, before, after, moves = {}, {}, {}, 0
      local position, isNewDriver = 1, false
      for index = 1, count do
        local earlier, time, zone = parse('>Hdc9', batch, position)
        local old = known[earlier == 0 and index or earlier]
        local isNew, oldZone = true, false
        if old then
          local oldTime
          oldTime, oldZone = parse('>dc9', old)
          if time < oldTime then
            isNew = false
          elseif time == oldTime then
            local _, _, oldLatitude, oldLongitude = parse('>dc9dd', old)
            local _, _, latitude, longitude = parse('>dc9dd', batch, position + 2)
            isNew = latitude > oldLatitude or (latitude == oldLatitude and longitude > oldLongitude)
          end
        else
          isNewDriver = true
        end
        if isNew then
          local record = sub(batch, position + 2, position + 36)
          local driver = argv[index + 1]
          changes[size + 1] = driver
          size = size + 2
          changes[size] = record
          if zone ~= oldZone then
            moves = moves + 1
            moved[moves], before[moves], after[moves] = driver, old, record
          end
          old = record
        else
          superseded[#superseded + 1] = struct.pack('>H', index - 1)
        end
        known[index] = old
        position = position + 37
      end
      if moves > 0 then
        local statuses = read('HMGET', KEYS[2], moved)
        for index = 1, moves do
          leave(moved[index], before[index], statuses[index])
          enter(moved[index], after[index], statuses[index])
        end
        settle()
      end
      write('HSET', KEYS[1], changes)
      if isNewDriver then spread(KEYS[1]) end
      return table.concat(superseded)
      """#)

  /// Takes statuses.
  ///
  /// Arguments: for each status the one before it (2 bytes) and its record, all in one text; then the drivers.
  static let apply = RedisScript(
    places + #"""
      local batch = ARGV[1]
      local count = #ARGV - 1
      local known = redis.call('HMGET', KEYS[2], unpack(ARGV, 2))
      local changes, drivers, before, after = {}, {}, {}, {}
      local position = 1
      for index = 1, count do
        local earlier, version = parse('>Hi8', batch, position)
        local old = known[earlier == 0 and index or earlier]
        if not old or version > parse('>i8', old) then
          local status = sub(batch, position + 2, position + 11)
          changes[#changes + 1] = ARGV[index + 1]
          changes[#changes + 1] = status
          drivers[#drivers + 1] = ARGV[index + 1]
          before[#drivers] = old
          after[#drivers] = status
          old = status
        end
        known[index] = old
        position = position + 12
      end
      if #drivers > 0 then
        local records = read('HMGET', KEYS[1], drivers)
        for index = 1, #drivers do
          leave(drivers[index], records[index], before[index])
          enter(drivers[index], records[index], after[index])
        end
        settle()
      end
      write('HSET', KEYS[2], changes)
      if #drivers > 0 then spread(KEYS[2]) end
      return #drivers
      """#)

  /// Looks at a part of the fleet and answers how many it marked or forgot, and whether it came to the end. Statuses stay: they come
  /// from the record, which sends them only when they change.
  ///
  /// Arguments: the times before which positions are silent and forgotten, and about how many drivers to look at.
  static let sweep = RedisScript(
    places + #"""
      local silentSince, forgottenSince = tonumber(ARGV[1]), tonumber(ARGV[2])
      local scan = redis.call('HSCAN', KEYS[1], redis.call('GET', KEYS[5]) or '0', 'COUNT', ARGV[3])
      local drivers, records, marked, seen = {}, {}, {}, {}
      for index = 1, #scan[2], 2 do
        local driver, record = scan[2][index], scan[2][index + 1]
        local time, _, flags = parse('>dc8B', record)
        local isForgotten = time < forgottenSince
        -- A scan may show a driver twice.
        if not seen[driver] and (isForgotten or (time < silentSince and flags < 2)) then
          seen[driver] = true
          drivers[#drivers + 1] = driver
          records[#drivers] = record
          marked[#drivers] = not isForgotten and sub(record, 1, 16) .. string.char(flags + 2) .. sub(record, 18)
        end
      end
      local statuses = read('HMGET', KEYS[2], drivers)
      local changes, forgotten = {}, {}
      for index = 1, #drivers do
        leave(drivers[index], records[index], statuses[index])
        enter(drivers[index], marked[index], statuses[index])
        if marked[index] then
          changes[#changes + 1] = drivers[index]
          changes[#changes + 1] = marked[index]
        else
          forgotten[#forgotten + 1] = drivers[index]
        end
      end
      settle()
      write('HSET', KEYS[1], changes)
      write('HDEL', KEYS[1], forgotten)
      redis.call('SET', KEYS[5], scan[1])
      return {#drivers, scan[1] == '0' and 1 or 0}
      """#)

  /// Answers idle drivers in the order of zones and ids, packed: length of the id, id, record, status.
  ///
  /// Arguments: the oldest time of a position, how many at most, and the zones in one text.
  static let idleDriversInZones = RedisScript(
    places + idleDrivers + #"""
      local met = {}
      for position = 1, #ARGV[3], 8 do
        local cell = sub(ARGV[3], position, position + 7)
        -- An id holds only characters below 0x7f, so this takes the zone's members and nobody else's.
        local members = redis.call('ZRANGEBYLEX', KEYS[4], '[' .. cell, '(' .. cell .. '\127')
        for index = 1, #members do met[#met + 1] = members[index] end
        -- Several zones at once: two calls for some hundred drivers instead of two for a dozen.
        if #met >= 500 then
          take(met)
          met = {}
          if count >= limit then break end
        end
      end
      take(met)
      return table.concat(found)
      """#)

  /// Answers a page of all idle drivers in the order of zones and ids, packed as above, and the last zone and driver looked
  /// at, nothing at the end.
  ///
  /// Arguments: the oldest time of a position, how many at most, the zone and driver after which to go on or nothing, and
  /// how many to look at.
  static let idleDriversPage = RedisScript(
    places + idleDrivers + #"""
      local start = ARGV[3] == '' and '-' or '(' .. ARGV[3]
      local size = tonumber(ARGV[4])
      local page = redis.call('ZRANGEBYLEX', KEYS[4], start, '+', 'LIMIT', 0, size)
      take(page)
      return {table.concat(found), #page == size and count < limit and page[size] or ''}
      """#)

  /// Answers every zone's counters, packed: zone, drivers (4 bytes), idle drivers (4 bytes). One text of 16 bytes per zone instead of two
  /// replies each, which cost both sides more than the counters themselves.
  static let supply = RedisScript("return table.concat(redis.call('HGETALL', KEYS[3]))")

  /// Counts every driver anew and answers, packed: zone, drivers (4 bytes), idle drivers (4 bytes).
  static let recount = RedisScript(
    places + #"""
      local cursor = '0'
      repeat
        local scan = redis.call('HSCAN', KEYS[1], cursor, 'COUNT', 1000)
        local drivers, records = {}, {}
        for index = 1, #scan[2], 2 do
          drivers[#drivers + 1] = scan[2][index]
          records[#drivers] = scan[2][index + 1]
        end
        local statuses = read('HMGET', KEYS[2], drivers)
        for index = 1, #drivers do enter(drivers[index], records[index], statuses[index]) end
        cursor = scan[1]
      until cursor == '0'
      local found = {}
      for cell, count in pairs(supply) do
        if count > 0 then found[#found + 1] = struct.pack('>c8i4i4', cell, count, idle[cell]) end
      end
      return table.concat(found)
      """#)

  /// Says that this run of the server knows all statuses.
  static let markBuilt = RedisScript(run + "redis.call('SET', KEYS[1], run())")

  /// Answers 1 where this run of the server does not know all statuses.
  static let needsRebuild = RedisScript(run + "return redis.call('GET', KEYS[1]) == run() and 0 or 1")

  /// Which run of which server this is: another one, also a replica that took over, may have lost the last writes.
  private static let run = #"""
    local function run()
      return string.match(redis.call('INFO', 'server'), 'run_id:(%w+)')
    end

    """#

  /// What the scripts that answer idle drivers share.
  private static let idleDrivers = #"""
    local seenSince, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
    local found, count = {}, 0
    local function take(members)
      local drivers = {}
      for index = 1, #members do drivers[index] = sub(members[index], 9) end
      local records, statuses = read('HMGET', KEYS[1], drivers), read('HMGET', KEYS[2], drivers)
      for index = 1, #drivers do
        if count >= limit then return end
        local record, status = records[index], statuses[index]
        if record and status and parse('>d', record) >= seenSince then
          -- The pieces as they are: joining them here would make a text per driver first.
          local place = count * 4
          found[place + 1], found[place + 2] = string.char(#drivers[index]), drivers[index]
          found[place + 3], found[place + 4] = record, status
          count = count + 1
        end
      end
    end

    """#

  /// What the scripts share: reading and writing in bounded slices, and the counters and the set of idle drivers, whose
  /// changes are summed up and written once. Keys: drivers, statuses, zones, idle.
  private static let places = #"""
    local parse, sub = struct.unpack, string.sub
    local function read(command, key, fields)
      if #fields <= 2000 then return #fields > 0 and redis.call(command, key, unpack(fields)) or {} end
      local values = {}
      for first = 1, #fields, 2000 do
        local part = redis.call(command, key, unpack(fields, first, math.min(first + 1999, #fields)))
        for index = 1, #part do values[first + index - 1] = part[index] end
      end
      return values
    end
    local function write(command, key, values)
      for first = 1, #values, 2000 do
        redis.call(command, key, unpack(values, first, math.min(first + 1999, #values)))
      end
    end
    -- A small hash is a list that is searched from its beginning, 20 times as slow with 500 drivers. A value of more than
    -- 64 bytes makes a table of it, which it then stays.
    local function spread(key)
      local encoding = redis.call('OBJECT', 'ENCODING', key)
      if encoding == 'listpack' or encoding == 'ziplist' then
        redis.call('HSET', key, '', string.rep(' ', 100))
        redis.call('HDEL', key, '')
      end
    end
    local supply, idle, members = {}, {}, {}
    local function place(driver, record, status, step)
      if not record then return end
      local activity = status and string.byte(status, 9) or 0
      if activity == 1 then return end
      local cell = sub(record, 9, 16)
      supply[cell] = (supply[cell] or 0) + step
      idle[cell] = idle[cell] or 0
      if activity == 2 and string.byte(record, 17) == 0 then
        local member = cell .. driver
        idle[cell] = idle[cell] + step
        members[member] = (members[member] or 0) + step
      end
    end
    local function leave(driver, record, status) place(driver, record, status, -1) end
    local function enter(driver, record, status) place(driver, record, status, 1) end
    local function settle()
      local cells, kept, empty, added, removed = {}, {}, {}, {}, {}
      for cell, step in pairs(supply) do
        if step ~= 0 or idle[cell] ~= 0 then cells[#cells + 1] = cell end
      end
      local counts, isNewZone = read('HMGET', KEYS[3], cells), false
      for index = 1, #cells do
        local cell = cells[index]
        local drivers, free = 0, 0
        if counts[index] then drivers, free = parse('>i4i4', counts[index]) else isNewZone = true end
        drivers, free = drivers + supply[cell], free + idle[cell]
        if drivers == 0 and free == 0 then
          empty[#empty + 1] = cell
        else
          kept[#kept + 1] = cell
          kept[#kept + 1] = struct.pack('>i4i4', drivers, free)
        end
      end
      for member, step in pairs(members) do
        if step > 0 then
          added[#added + 1] = '0'
          added[#added + 1] = member
        elseif step < 0 then
          removed[#removed + 1] = member
        end
      end
      write('HSET', KEYS[3], kept)
      if isNewZone then spread(KEYS[3]) end
      write('HDEL', KEYS[3], empty)
      write('ZREM', KEYS[4], removed)
      write('ZADD', KEYS[4], added)
    end

    """#
}
