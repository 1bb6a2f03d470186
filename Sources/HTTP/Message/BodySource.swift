/// An answer's content that is sent piece by piece: the next one is asked for when the one before
/// is with the kernel, so that a slow reader costs one piece of memory.
package final class BodySource: Sendable, Equatable {
  /// All pieces together.
  package let length: Int
  /// The next piece, at least one byte; nil behind the last. What it throws cuts the answer off.
  let next: @Sendable () async throws -> [UInt8]?

  package init(length: Int, next: @escaping @Sendable () async throws -> [UInt8]?) {
    self.length = length
    self.next = next
  }

  /// The same content, not an equal one.
  package static func == (one: BodySource, other: BodySource) -> Bool { one === other }

  /// All of it, for tests and routers without a connection.
  package func whole() async throws -> [UInt8] {
    var all: [UInt8] = []
    while let piece = try await next() { all += piece }
    return all
  }
}
