/// Reads the members of one object strictly and collects every problem, not only the first.
///
///     let body = try JSONReader.read(json) { body in
///       let name = body.required("name", .string(1...200))
///       let role = body.optional("role", .choice(Role.self))
///       guard let name else { return nil }
///       return CreatePerson(name: name, role: role)
///     }
///
/// Members that nobody asked for are errors. The built value is thrown away when there is any
/// error, so an accessor's nil needs no further explanation.
package struct JSONReader {
  private let object: JSONObject
  private let slot: JSONSlot
  private let asked = AskedNames()

  /// What `build` makes of the document, or all that is wrong with it.
  ///
  /// Precondition: `build` returns nil only after an accessor did.
  package static func read<Body>(
    _ json: JSON, typing: JSONTyping = .strict,
    _ build: @escaping (JSONReader) -> Body?
  ) throws(InvalidBody) -> Body {
    try read(json, as: .object(build), typing: typing)
  }

  /// The same for a document that is not an object of its own kind.
  package static func read<Body>(
    _ json: JSON, as field: JSONField<Body>, typing: JSONTyping = .strict
  ) throws(InvalidBody) -> Body {
    let report = JSONReport()
    let slot = JSONSlot(value: json, pointer: .root, typing: typing, report: report)
    let body = field.read(slot)
    if !report.errors.isEmpty { throw InvalidBody(errors: report.errors) }
    guard let body else { preconditionFailure("a field gave neither a value nor an error") }
    return body
  }

  /// Parses and reads; bytes that are not JSON are an `InvalidBody` too.
  package static func read<Body>(
    bytes: [UInt8], _ build: @escaping (JSONReader) -> Body?
  ) throws(InvalidBody) -> Body {
    let json: JSON
    do {
      json = try JSONParser.parse(bytes)
    } catch {
      throw InvalidBody(error)
    }
    return try read(json, build)
  }

  init(_ object: JSONObject, in slot: JSONSlot) {
    self.object = object
    self.slot = slot
  }

  /// The member's value; nil, with an error, when it is absent or wrong.
  package func required<Value>(_ name: String, _ field: JSONField<Value>) -> Value? {
    asked.insert(name)
    guard let value = object[name] else {
      return slot.at(name, .null).fail(.required, "\(name) is required")
    }
    return field.read(slot.at(name, value))
  }

  /// The member's value; nil when it is absent, and nil with an error when it is wrong.
  package func optional<Value>(_ name: String, _ field: JSONField<Value>) -> Value? {
    asked.insert(name)
    guard let value = object[name] else { return nil }
    return field.read(slot.at(name, value))
  }

  /// Refuses a member of the contract that nothing acts on yet.
  package func notEnforced(_ name: String, _ why: String) {
    asked.insert(name)
    if let value = object[name] { slot.at(name, value).record(.notEnforced, why) }
  }

  /// An error at the member `name`, found after reading.
  package func record(_ code: FieldError.Code, at name: String, _ detail: String) {
    slot.at(name, .null).record(code, detail)
  }

  /// An error further inside, at a pointer from this object.
  func record(_ code: FieldError.Code, at inner: JSONPointer, _ detail: String) {
    slot.record(code, at: inner, detail)
  }

  /// Refuses a member that is there for a reason of its own.
  package func refuse(_ name: String, _ code: FieldError.Code, _ detail: String) {
    asked.insert(name)
    record(code, at: name, detail)
  }

  /// Names of the members as written, for objects whose names are data (`answers`).
  package var names: [String] { object.members.map(\.name) }

  func refuseUnasked() {
    for member in object.members where !asked.contains(member.name) {
      slot.at(member.name, member.value)
        .record(.unknownMember, "\(member.name) is not known here")
    }
  }
}

/// How scalars are typed while reading.
package enum JSONTyping: Hashable, Sendable {
  /// JSON: `5` is a number and `"5"` a string.
  case strict
  /// YAML: every scalar arrives as a string and is typed by the field it stands in.
  case byField
}

/// All errors of one document.
final class JSONReport {
  fileprivate(set) var errors: [FieldError] = []
}

private final class AskedNames {
  private var names: Set<String> = []
  func insert(_ name: String) { names.insert(name) }
  func contains(_ name: String) -> Bool { names.contains(name) }
}

/// One value in its place, as a field reads it.
package struct JSONSlot {
  package let value: JSON
  package let pointer: JSONPointer
  package let typing: JSONTyping
  let report: JSONReport

  /// Records an error here and gives nil, for `return slot.fail(…)`.
  package func fail<Value>(_ code: FieldError.Code, _ detail: String) -> Value? {
    record(code, detail)
    return nil
  }

  /// Records an error here.
  package func record(_ code: FieldError.Code, _ detail: String) {
    report.errors.append(FieldError(pointer, code, detail))
  }

  /// Records an error further inside, at a pointer from here.
  func record(_ code: FieldError.Code, at inner: JSONPointer, _ detail: String) {
    let place = inner.tokens.reduce(pointer) { $0.appending($1) }
    report.errors.append(FieldError(place, code, detail))
  }

  /// The string here; nil, with an error, when it is something else.
  package func text() -> String? {
    guard case .string(let text) = value else { return fail(.wrongType, "must be a string") }
    return text
  }

  /// The literal of the number here (in YAML: of the scalar that stands for one).
  func numberLiteral(_ what: String) -> String? {
    switch (value, typing) {
    case (.number(let number), _): return number.literal
    case (.string(let text), .byField): return text
    default: return fail(.wrongType, "must be \(what)")
    }
  }

  func at(_ name: String, _ value: JSON) -> JSONSlot {
    JSONSlot(value: value, pointer: pointer.appending(name), typing: typing, report: report)
  }

  func at(_ index: Int, _ value: JSON) -> JSONSlot {
    JSONSlot(value: value, pointer: pointer.appending(index), typing: typing, report: report)
  }
}
