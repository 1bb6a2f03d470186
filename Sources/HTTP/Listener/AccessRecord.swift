/// One answered request, for the access log.
package struct AccessRecord: Sendable {
  /// As sent; `-` when the request line could not be read.
  package let method: String
  /// As sent, without the query, which may hold what no log should; `-` when there is none.
  package let path: String
  /// Of the answer; 499 when the client left before it was made.
  package let status: Int
  /// Content sent, without the head.
  package let bodyBytes: Int
  /// From the head's arrival to the last byte handed to the kernel.
  package let microseconds: Int64
  /// As answered in X-Request-Id.
  package let requestID: String
  /// The peer's address and port.
  package let peer: String
}
