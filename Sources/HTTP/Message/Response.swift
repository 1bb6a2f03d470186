package import HTTPTypes

/// One field of an answer.
package struct ResponseField: Sendable, Equatable {
  /// The field's name.
  package let name: HTTPField.Name
  /// The field's value, not checked yet: the encoder refuses control characters.
  package let value: String
}

/// An answer, held whole unless it has a source.
///
/// Date, Content-Length, Connection, X-Request-Id and, unless it is set here,
/// `Cache-Control: no-store` are added when it is sent.
package struct Response: Sendable, Equatable {
  /// The final status.
  package var status: HTTPResponse.Status
  /// In the order in which they are sent.
  package private(set) var fields: [ResponseField] = []
  /// The content; not sent for HEAD, 204 and 304.
  package var body: [UInt8]
  /// Sent in place of `body`.
  package private(set) var source: BodySource?

  /// Makes an answer.
  package init(
    status: HTTPResponse.Status, contentType: String? = nil, body: [UInt8] = []
  ) {
    self.status = status
    self.body = body
    if let contentType { append(.contentType, contentType) }
  }

  /// An answer whose content is sent piece by piece.
  package init(
    status: HTTPResponse.Status, contentType: String, source: BodySource
  ) {
    self.init(status: status, contentType: contentType)
    self.source = source
  }

  /// Of the content.
  package var length: Int { source?.length ?? body.count }

  /// An answer in JSON, already printed.
  package static func json(
    _ status: HTTPResponse.Status = .ok, _ body: [UInt8]
  ) -> Response {
    Response(status: status, contentType: "application/json", body: body)
  }

  /// An answer in plain text.
  package static func text(
    _ status: HTTPResponse.Status = .ok, _ text: String
  ) -> Response {
    Response(
      status: status, contentType: "text/plain; charset=utf-8", body: Array(text.utf8))
  }

  /// Sets a field in place of those that have its name.
  package mutating func set(_ name: HTTPField.Name, _ value: String) {
    fields.removeAll { $0.name == name }
    append(name, value)
  }

  /// Adds a field. The framing fields are the listener's: setting one is a programmer error.
  package mutating func append(_ name: HTTPField.Name, _ value: String) {
    precondition(!Self.isReserved(name), "this field is set when the answer is sent")
    fields.append(ResponseField(name: name, value: value))
  }

  /// The value of the first field of this name.
  package func value(of name: HTTPField.Name) -> String? {
    fields.first { $0.name == name }?.value
  }

  private static func isReserved(_ name: HTTPField.Name) -> Bool {
    switch name.canonicalName {
    case "content-length", "transfer-encoding", "connection", "date", "x-request-id": true
    default: false
    }
  }
}
