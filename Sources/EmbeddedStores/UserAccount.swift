import Glibc

/// A user of this machine.
package struct UserAccount: Sendable, Hashable {
  /// The login name.
  package let name: String
  /// The numeric user id.
  package let userID: UInt32
  /// The id of the primary group.
  package let groupID: UInt32

  /// The user that this process runs as.
  package static var current: UserAccount {
    UserAccount(userID: geteuid()) ?? UserAccount(name: "\(geteuid())", userID: geteuid(), groupID: getegid())
  }

  /// Looks a user up by name.
  /// - Returns: `nil` when there is none.
  package init?(named name: String) {
    self.init { entry, buffer, size, answer in getpwnam_r(name, entry, buffer, size, answer) }
  }

  /// Looks a user up by id.
  /// - Returns: `nil` when there is none.
  package init?(userID: UInt32) {
    self.init { entry, buffer, size, answer in getpwuid_r(userID, entry, buffer, size, answer) }
  }

  /// The user to run a server as that refuses to be root: the first of `names` that exists.
  /// - Returns: `nil` when we are not root, so that the server runs as ourselves.
  /// - Throws: `EmbeddedStoreError` when we are root and none of the users exists.
  package static func unprivileged(_ names: [String]) throws(EmbeddedStoreError) -> UserAccount? {
    guard geteuid() == 0 else { return nil }
    for name in names {
      if let user = UserAccount(named: name), user.userID != 0 { return user }
    }
    throw .init(.cannotChangeUser, "none of the users \(names) exists, and the server refuses to run as root")
  }

  private init(name: String, userID: UInt32, groupID: UInt32) {
    self.name = name
    self.userID = userID
    self.groupID = groupID
  }

  private init?(
    _ look: (
      UnsafeMutablePointer<passwd>, UnsafeMutablePointer<CChar>, Int,
      UnsafeMutablePointer<UnsafeMutablePointer<passwd>?>
    ) -> Int32
  ) {
    var entry = passwd()
    var answer: UnsafeMutablePointer<passwd>?
    let found = withUnsafeTemporaryAllocation(of: CChar.self, capacity: 16_384) { buffer -> UserAccount? in
      guard let base = buffer.baseAddress, look(&entry, base, buffer.count, &answer) == 0, answer != nil,
        let name = entry.pw_name
      else { return nil }
      return UserAccount(name: String(cString: name), userID: entry.pw_uid, groupID: entry.pw_gid)
    }
    guard let found else { return nil }
    self = found
  }
}
