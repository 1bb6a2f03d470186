import HTTPTypes

/// One answered request, for the access log.
struct AccessRecord {
  /// Nil when the request could not be read.
  let head: RequestHead?
  /// Of the answer; 499 when the client left before it was made.
  let status: Int
  /// Content sent, without the head.
  let bodyBytes: Int
  /// From the head's arrival to the last byte handed to the kernel.
  let microseconds: Int64
  /// As answered in X-Request-Id.
  let requestID: String
  /// The peer's address and port.
  let peer: String

  /// Appends the line, in the form of the process's other log lines.
  ///
  /// Method and path are as sent, `-` when they could not be read; without the query, which may
  /// hold what no log should. None of the parts can hold a control character.
  func appendLine(at time: [UInt8], to lines: inout [UInt8]) {
    lines.append(contentsOf: time)
    lines.append(" info countersign: bytes=")
    lines.append(number: bodyBytes)
    lines.append(" peer=")
    lines.append(text: peer)
    lines.append(" request=")
    lines.append(text: requestID)
    lines.append(" us=")
    lines.append(number: Int(microseconds))
    lines.append(" [countersign] ")
    if let head {
      lines.append(text: head.method.rawValue)
      lines.append(" ")
      head.bytes.withUnsafeBytes { bytes in
        lines.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[head.path.range]))
      }
    } else {
      lines.append("- -")
    }
    lines.append(" ")
    lines.append(number: status)
    lines.append("\n")
  }
}
