import Reactor

/// One loop's access log: lines gather while the loop is busy and leave when it is idle, when
/// they are many, within about a second, and before the loop ends.
package final class AccessLog {
  /// Takes whole lines. Called on the loops, also on several at once.
  package typealias Sink = @Sendable (UnsafeRawBufferPointer) -> Void

  /// Lines that together reach this leave at once.
  static let bytesMax = 64 * 1024

  private let loop: EventLoop
  private let sink: Sink
  private var lines: [UInt8] = []
  private var time = LogTime()
  private var isFlushAwaited = false

  init(loop: EventLoop, sink: @escaping Sink) {
    self.loop = loop
    self.sink = sink
  }

  func add(_ record: AccessRecord) {
    time.update(at: loop.now)
    record.appendLine(at: time.bytes, to: &lines)
    if lines.count >= Self.bytesMax { return flush() }
    guard !isFlushAwaited else { return }
    isFlushAwaited = true
    loop.submitWhenIdle { [self] in
      isFlushAwaited = false
      flush()
    }
  }

  private func flush() {
    guard !lines.isEmpty else { return }
    lines.withUnsafeBytes(sink)
    lines.removeAll(keepingCapacity: true)
  }
}
