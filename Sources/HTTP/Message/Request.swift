package import HTTPTypes

/// One item of a query, decoded.
package struct QueryItem: Sendable, Hashable {
  /// What stands before the first `=`.
  package let name: String
  /// What stands behind it; empty when there is none.
  package let value: String
}

/// A path segment that a route's pattern names.
package struct PathParameter: Sendable, Hashable {
  /// The name in the pattern.
  package let name: String
  /// The decoded segment; never empty.
  package let value: String
}

/// A request that has arrived: whole, or its head where its route streams.
package struct Request: Sendable {
  let head: RequestHead
  /// The content; empty when there is none.
  package let body: [UInt8]
  /// `X-Request-Id` when it is well-formed, otherwise made here; at most 128 safe characters.
  package let id: String
  /// The peer's address and port.
  package let peer: String
  /// The segments that the route's pattern names, in the pattern's order.
  package internal(set) var pathParameters: [PathParameter] = []
  /// The content as it arrives, for routes that stream.
  package internal(set) var stream: BodyStream?

  init(head: RequestHead, body: [UInt8], id: String, peer: String) {
    self.head = head
    self.body = body
    self.id = id
    self.peer = peer
  }

  /// Makes a request without a connection, through the real parser. `Host: localhost` is added
  /// when there is none.
  package init(
    method: HTTPRequest.Method, target: String, fields: [(HTTPField.Name, String)] = [],
    body: [UInt8] = [], id: String = "test", peer: String = "127.0.0.1:1"
  ) throws(HTTPFailure) {
    var text = "\(method.rawValue) \(target) HTTP/1.1\r\n"
    if !fields.contains(where: { $0.0.canonicalName == "host" }) {
      text += "Host: localhost\r\n"
    }
    for (name, value) in fields { text += "\(name.rawName): \(value)\r\n" }
    if !body.isEmpty { text += "Content-Length: \(body.count)\r\n" }
    var parser = HeadParser(limits: .standard)
    let bytes = Array((text + "\r\n").utf8)
    switch bytes.withUnsafeBytes({ parser.parse($0) }) {
    case .needsMore: throw .malformedMessage("the head does not end")
    case .failed(let failure): throw failure
    case .complete(let head, let byteCount):
      guard byteCount == bytes.count else { throw .malformedMessage("the head ends early") }
      self.init(head: head, body: body, id: id, peer: peer)
    }
  }

  /// The method. HEAD reaches the handlers of GET unchanged; their content is not sent.
  package var method: HTTPRequest.Method { head.method }

  /// As it was sent, without the query.
  package var path: String { head.text(head.path) }

  /// As it was sent, without the question mark; nil when there was none.
  package var query: String? { head.query.map { head.text($0) } }

  /// The query's items, in order. A plus sign stands for a space. Decoded on each call.
  package var queryItems: [QueryItem] {
    guard let span = head.query else { return [] }
    return head.withBytes(span) { PercentCoding.queryItems(in: $0) } ?? []
  }

  /// The first query item of this name.
  package func queryValue(_ name: String) -> String? {
    queryItems.first { $0.name == name }?.value
  }

  /// What the head says of the content's length; nil where it says nothing.
  package var announcedLength: Int? {
    switch head.framing {
    case .none: 0
    case .length(let length): length
    case .chunked: nil
    }
  }

  /// The segment that the route's pattern calls `name`: asking for another is a mistake.
  package func pathParameter(_ name: String) -> String {
    guard let parameter = pathParameters.first(where: { $0.name == name }) else {
      preconditionFailure("the route's pattern has no {\(name)}")
    }
    return parameter.value
  }

  /// The value of a field; several of the same name are joined with a comma and a space.
  package func header(_ name: HTTPField.Name) -> String? {
    let values = headerValues(name)
    return values.count <= 1 ? values.first : values.joined(separator: ", ")
  }

  /// The Host field's value: not the host of a target in absolute form. HTTPTypes has no name
  /// for it.
  package var host: String? { head.values(ofFieldNamed: "host").first }

  /// The values of all fields of this name, in order.
  package func headerValues(_ name: HTTPField.Name) -> [String] {
    head.values(ofFieldNamed: name.canonicalName)
  }

  /// All fields in order. Built anew on each call, at a cost of microseconds.
  package var fields: HTTPFields {
    var fields = HTTPFields()
    for field in head.fields {
      guard let name = HTTPField.Name(head.text(field.name)) else { continue }
      fields.append(HTTPField(name: name, value: head.text(field.value)))
    }
    return fields
  }
}
