/// What a connection says before anything else: the login, the database and its name.
struct Greeting {
  private(set) var commands: [RedisCommand] = []

  init(_ configuration: RedisConfiguration) {
    if let password = configuration.password {
      commands.append(
        configuration.username.map { RedisCommand("AUTH", $0, password) } ?? RedisCommand("AUTH", password))
    }
    if configuration.database != 0 { commands.append(RedisCommand("SELECT", configuration.database)) }
    if !configuration.clientName.isEmpty {
      commands.append(RedisCommand("CLIENT", "SETNAME", configuration.clientName))
    }
  }
}
