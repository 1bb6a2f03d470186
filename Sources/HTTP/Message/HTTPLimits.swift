/// Every size and time that bounds a peer, with its default.
///
/// Sizes count bytes as they arrive on the wire. Times are absolute deadlines for a whole phase,
/// not for one read.
package struct HTTPLimits: Sendable {
  /// The request line with its line end; beyond: 414.
  package var requestLineBytesMax = 8 * 1024
  /// One field line with its line end; beyond: 431.
  package var fieldLineBytesMax = 8 * 1024
  /// All field lines together; beyond: 431.
  package var headerBytesMax = 16 * 1024
  /// Field lines of one request; beyond: 431.
  package var fieldCountMax = 100
  /// The body of a request to a route that names no limit of its own; beyond: 413.
  package var bodyBytesMax = 1024 * 1024
  /// A chunk-size line with its extensions and line end; beyond: 400.
  package var chunkLineBytesMax = 256
  /// What the chunk-size lines of one body hold beyond 16 bytes each, together; beyond: 400.
  package var chunkExcessBytesMax = 16 * 1024
  /// The trailer section; beyond: 400.
  package var trailerBytesMax = 4 * 1024
  /// Trailer lines; beyond: 400.
  package var trailerCountMax = 20

  /// From the first byte of a request to the end of its head; beyond: 408.
  package var headMilliseconds = 10_000
  /// For a body of no length; beyond: 408.
  package var bodyMilliseconds = 10_000
  /// A body gets another second for each of these.
  package var bodyBytesPerSecond = 16 * 1024
  /// Between two requests; beyond: the connection is closed.
  package var idleMilliseconds = 30_000
  /// Without any progress of an answer; beyond: the connection is reset.
  package var writeMilliseconds = 10_000
  /// How long a closing connection still reads what the peer was sending.
  package var lingerMilliseconds = 1000
  /// How much a closing connection still reads.
  package var lingerBytesMax = 256 * 1024

  /// Requests on one connection; the last one's answer announces the close.
  package var requestsPerConnectionMax = 1000
  /// Requests that one connection may have answered before others get their turn.
  package var requestsPerTurnMax = 16
  /// Bytes that one connection may have read before others get their turn.
  package var readBytesPerTurnMax = 64 * 1024
  /// Connections of one loop; beyond: the longest idle one is closed for a new one. While none
  /// is idle, no more are accepted.
  package var connectionsPerLoopMax = 16_384
  /// Asynchronous handlers running on one loop, without patient ones; beyond: 503.
  package var handlersPerLoopMax = 256
  /// Those of them that may answer one lane; beyond: 503 for that lane.
  package var handlersPerLaneMax = 192
  /// Handlers on one loop that only wait for something to happen; beyond: 503.
  package var patientHandlersPerLoopMax = 8_192
  /// Connections taken from the queue at once.
  package var acceptsPerTurnMax = 64
  /// Connections that may wait to be accepted.
  package var backlog = 1024
  /// What the connections of one loop may hold together of requests and answers; beyond: what
  /// does not arrive whole is refused with 503.
  package var bufferedBytesPerLoopMax = 32 * 1024 * 1024
  /// How long no connection is accepted once there is no room, or no descriptor, for another.
  package var acceptPauseMilliseconds = 100

  /// Makes the defaults.
  package init() {}

  /// The defaults.
  package static let standard = HTTPLimits()
}
