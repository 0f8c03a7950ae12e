import Testing

/// Everything that runs the real command, one test at a time: the servers are processes of their own and share the machine.
@Suite("End to end", .serialized, .enabled(if: Program.isThere))
enum EndToEnd {}
