import CLinux

/// A point on the clock that never jumps (CLOCK_MONOTONIC); means nothing outside this machine.
package struct MonotonicInstant: Comparable, Hashable, Sendable {
  /// Nanoseconds since an unspecified start.
  package let nanoseconds: Int64

  /// Makes an instant from nanoseconds since the clock's start.
  package init(nanoseconds: Int64) {
    self.nanoseconds = nanoseconds
  }

  /// Reads the clock.
  package static func now() -> MonotonicInstant {
    MonotonicInstant(nanoseconds: clinux_monotonic_nanoseconds())
  }

  /// The instant this many milliseconds later (earlier when negative).
  package func advanced(byMilliseconds milliseconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: nanoseconds + Int64(milliseconds) * 1_000_000)
  }

  /// The instant this many seconds later (earlier when negative).
  package func advanced(bySeconds seconds: Int) -> MonotonicInstant {
    advanced(byMilliseconds: seconds * 1000)
  }

  /// Nanoseconds from an earlier instant to this one.
  package func nanoseconds(since earlier: MonotonicInstant) -> Int64 {
    nanoseconds - earlier.nanoseconds
  }

  /// Whole microseconds from an earlier instant to this one.
  package func microseconds(since earlier: MonotonicInstant) -> Int64 {
    nanoseconds(since: earlier) / 1000
  }

  /// Orders by time.
  package static func < (left: MonotonicInstant, right: MonotonicInstant) -> Bool {
    left.nanoseconds < right.nanoseconds
  }
}
