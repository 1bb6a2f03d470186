import CLinux

/// The calendar clock, for what goes on the wire only; deadlines use `MonotonicInstant`.
package enum WallClock {
  /// Whole seconds since 1970.
  package static func secondsSince1970() -> Int64 { clinux_wall_seconds() }
}
