import RedisClient

/// The one move of the zones' prices that must be atomic.
enum SurgeScripts {
  /// The field of what all zones share; zones' fields have eight bytes.
  static let tickField = "tick"

  /// Puts a surface in the place of the one it was made from and answers 1, or 0 where that has gone. One that is there already is
  /// a call whose answer was lost; what is no tick of this form is replaced.
  ///
  /// Key: surge. Arguments: the version that is replaced (8 bytes) or nothing; the new tick, which begins with its version; the
  /// zones' records, each of which begins with its zone; and how long such a record is.
  static let publish = RedisScript(
    #"""
    local sub = string.sub
    local known = redis.call('HGET', KEYS[1], 'tick')
    local present = known and #known == #ARGV[2] and sub(known, 1, 8)
    if present == sub(ARGV[2], 1, 8) then return 1 end
    if present and present ~= ARGV[1] or not known and ARGV[1] ~= '' then return 0 end
    redis.call('DEL', KEYS[1])
    local fields, count, size = {'tick', ARGV[2]}, 2, tonumber(ARGV[4])
    for position = 1, #ARGV[3], size do
      fields[count + 1] = sub(ARGV[3], position, position + 7)
      fields[count + 2] = sub(ARGV[3], position + 8, position + size - 1)
      count = count + 2
      if count >= 2000 then
        redis.call('HSET', KEYS[1], unpack(fields))
        fields, count = {}, 0
      end
    end
    if count > 0 then redis.call('HSET', KEYS[1], unpack(fields)) end
    return 1
    """#)
}
