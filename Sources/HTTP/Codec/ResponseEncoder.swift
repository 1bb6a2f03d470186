import HTTPTypes

/// What an answer's head depends on besides the answer itself.
struct ResponseContext {
  /// Of the request; 1.1 when it was not read.
  var minorVersion: UInt8
  var isHead: Bool
  var closes: Bool
  var requestID: String
  /// IMF-fixdate.
  var date: [UInt8]
}

/// Writes an answer's head. The content follows it unchanged.
enum ResponseEncoder {
  /// Appends the head to `buffer`; false, with nothing appended, when the answer has a status
  /// or a value that must not be sent.
  static func encodeHead(
    of response: Response, _ context: ResponseContext, into buffer: inout [UInt8]
  ) -> Bool {
    guard (200...999).contains(response.status.code), response.fields.allSatisfy(isSendable)
    else { return false }
    buffer.append("HTTP/1.1 ")
    buffer.append(number: response.status.code)
    buffer.append(" ")
    buffer.append(text: reasonPhrase(of: response.status))
    buffer.append("\r\nDate: ")
    buffer.append(contentsOf: context.date)
    var hasCacheControl = false
    for field in response.fields {
      buffer.append("\r\n")
      buffer.append(text: field.name.rawName)
      buffer.append(": ")
      buffer.append(text: field.value)
      if field.name.canonicalName == "cache-control" { hasCacheControl = true }
    }
    if !hasCacheControl { buffer.append("\r\nCache-Control: no-store") }
    buffer.append("\r\nX-Request-Id: ")
    buffer.append(text: context.requestID)
    if allowsContent(response.status) {
      buffer.append("\r\nContent-Length: ")
      buffer.append(number: response.length)
    }
    if context.closes {
      buffer.append("\r\nConnection: close")
    } else if context.minorVersion == 0 {
      buffer.append("\r\nConnection: keep-alive")
    }
    buffer.append("\r\n\r\n")
    return true
  }

  /// Whether the content is to be sent.
  static func sendsContent(of response: Response, _ context: ResponseContext) -> Bool {
    !context.isHead && allowsContent(response.status)
  }

  /// 204 and 304 end with their head.
  private static func allowsContent(_ status: HTTPResponse.Status) -> Bool {
    status.code != 204 && status.code != 304
  }

  /// A line end in a value would let it forge fields; other control characters are refused too.
  private static func isSendable(_ field: ResponseField) -> Bool {
    field.value.utf8.allSatisfy(ASCII.isFieldContent)
  }

  private static func reasonPhrase(of status: HTTPResponse.Status) -> String {
    guard status.reasonPhrase.isEmpty else { return status.reasonPhrase }
    return switch status.code {
    case 423: "Locked"
    default: ""
    }
  }
}
