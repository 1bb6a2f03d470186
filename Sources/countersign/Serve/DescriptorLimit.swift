import Glibc

/// How many descriptors this process may have open.
struct DescriptorLimit: Sendable {
  /// Kept for everything that is no client: loops, files, the standard streams.
  private static let reserved = 64
  /// Of each loop: its poller, its wake, a listener's spare, and a few transfers.
  private static let reservedPerLoop = 8

  /// As the process found it.
  let found: Int
  /// As it is now.
  let inForce: Int

  /// Raises the limit as far as a process may by itself: to the hard limit.
  ///
  /// The soft limit is usually 1,024, for the sake of programs that call `select`. Nothing here
  /// does.
  static func raised() throws(StartFailure) -> DescriptorLimit {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else {
      throw StartFailure("cannot read the limit of open files: errno \(errno)")
    }
    let found = limit.rlim_cur
    limit.rlim_cur = limit.rlim_max
    let isRaised = setrlimit(resource, &limit) == 0
    return DescriptorLimit(
      found: Int(clamping: found), inForce: Int(clamping: isRaised ? limit.rlim_max : found))
  }

  /// How many clients each loop may serve: as configured, or as many as find a descriptor.
  func clientsPerLoop(_ configuration: ServiceConfiguration) throws(StartFailure) -> Int {
    let loops = configuration.capacity.loops
    let others =
      DescriptorLimit.reserved
      + loops * (DescriptorLimit.reservedPerLoop + configuration.capacity.connectionsPerLoop)
    let room = (inForce - others) / loops
    guard room > 0 else {
      throw StartFailure(
        "the limit of open files is \(inForce); \(others + loops) are needed at least")
    }
    return min(configuration.capacity.clientsPerLoop, room)
  }
}
