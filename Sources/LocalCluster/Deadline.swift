import Glibc

/// Waits for another program by looking again and again: PostgreSQL tells its state in a file.
enum Deadline {
  private static let pauseNanoseconds = 5_000_000

  /// Returns once `isDone` says so; throws when it has not within `seconds`.
  static func wait(
    seconds: Int, action: String, log: String, until isDone: () throws -> Bool
  ) throws(ClusterFailure) {
    let end = now() + Int64(seconds) * 1_000_000_000
    while true {
      do {
        if try isDone() { return }
      } catch let failure as ClusterFailure {
        throw failure
      } catch {
        preconditionFailure("only ClusterFailure is thrown while waiting, not \(error)")
      }
      guard now() < end else {
        throw .deadlinePassed(action: action, seconds: seconds, log: log)
      }
      var pause = timespec(tv_sec: 0, tv_nsec: pauseNanoseconds)
      nanosleep(&pause, nil)
    }
  }

  private static func now() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
