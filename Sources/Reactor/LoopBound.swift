/// A value that belongs to one loop, to be carried through code that runs elsewhere.
///
/// `@unchecked Sendable`: the value can be reached only on its loop's thread, which every
/// access checks. It must be let go on the loop too when that matters to it.
package struct LoopBound<Value>: @unchecked Sendable {
  /// The loop that owns the value.
  package let loop: EventLoop
  private let bound: Value

  /// Binds a value to its loop.
  package init(_ value: Value, to loop: EventLoop) {
    bound = value
    self.loop = loop
  }

  /// The value. On its loop only.
  package var value: Value {
    loop.preconditionOnLoop()
    return bound
  }
}
