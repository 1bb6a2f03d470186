/// Which handler a descriptor's events go to; a stale event finds nobody.
struct WatchTable {
  private struct Slot {
    var generation: UInt32
    var handler: (any ReadinessHandler)?
  }

  /// Indexed by descriptor number: the kernel hands out the lowest free ones.
  private var slots: [Slot] = []
  private var nextGeneration: UInt32 = 0

  /// The watch that a descriptor would get next.
  mutating func nextWatch(of descriptor: Int32, trigger: Trigger) -> Watch {
    // 0 is left out: it belongs to the loop's own wake-up.
    nextGeneration = nextGeneration == .max ? 1 : nextGeneration + 1
    return Watch(descriptor: descriptor, generation: nextGeneration, trigger: trigger)
  }

  mutating func insert(_ handler: any ReadinessHandler, for watch: Watch) {
    let index = Int(watch.descriptor)
    while slots.count <= index { slots.append(Slot(generation: 0, handler: nil)) }
    slots[index] = Slot(generation: watch.generation, handler: handler)
  }

  /// Whether the watch was still in force.
  mutating func remove(_ watch: Watch) -> Bool {
    guard isCurrent(watch) else { return false }
    slots[Int(watch.descriptor)].handler = nil
    return true
  }

  func isCurrent(_ watch: Watch) -> Bool {
    handler(forTag: watch.tag) != nil
  }

  func handler(forTag tag: UInt64) -> (any ReadinessHandler)? {
    let index = Int(truncatingIfNeeded: tag & 0xFFFF_FFFF)
    guard index < slots.count, slots[index].generation == UInt32(tag >> 32) else {
      return nil
    }
    return slots[index].handler
  }
}
