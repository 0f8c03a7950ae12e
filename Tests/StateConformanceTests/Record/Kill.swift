import Glibc

/// Kills a process without asking, like a machine that runs out of memory.
func kill(_ process: Int32) {
  _ = Glibc.kill(process, SIGKILL)
}
