#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many files and sockets this process may have open.
enum OpenFileLimit {
  /// Raises the soft limit as far as the hard one allows, at most to what is wanted; every feed is a socket of its own.
  /// - Parameter wanted: how many are needed.
  /// - Returns: the limit in force.
  static func raise(to wanted: Int) -> Int {
    var limit = rlimit()
    #if canImport(Glibc)
      let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    #else
      let resource = RLIMIT_NOFILE
    #endif
    guard getrlimit(resource, &limit) == 0 else { return 0 }
    let goal = min(rlim_t(clamping: wanted), limit.rlim_max)
    if limit.rlim_cur < goal {
      limit.rlim_cur = goal
      _ = setrlimit(resource, &limit)
      _ = getrlimit(resource, &limit)
    }
    return Int(clamping: limit.rlim_cur)
  }
}
