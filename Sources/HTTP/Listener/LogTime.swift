import Glibc
import Reactor

/// The time that a log line begins with, formatted once a second, in the machine's time zone as
/// the process's other log lines.
struct LogTime {
  /// The calendar clock is read no more often than this.
  static let readNanoseconds: Int64 = 100_000_000

  private var readAt: MonotonicInstant?
  private var seconds: time_t = -1
  /// Such as `2026-11-22T01:12:19+0000`.
  private(set) var bytes: [UInt8] = []

  /// Brings `bytes` up to date.
  mutating func update(at now: MonotonicInstant) {
    if let readAt, now.nanoseconds(since: readAt) < Self.readNanoseconds { return }
    readAt = now
    let read = time_t(WallClock.secondsSince1970())
    guard read != seconds else { return }
    seconds = read
    bytes = Self.format(secondsSince1970: read)
  }

  static func format(secondsSince1970 seconds: time_t) -> [UInt8] {
    var (seconds, parts) = (seconds, tm())
    localtime_r(&seconds, &parts)
    return withUnsafeTemporaryAllocation(of: CChar.self, capacity: 64) { text in
      let count = strftime(text.baseAddress, text.count, "%Y-%m-%dT%H:%M:%S%z", &parts)
      return text[..<count].map { UInt8(bitPattern: $0) }
    }
  }
}
