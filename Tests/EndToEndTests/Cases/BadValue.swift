import Domain

/// One thing that may be wrong with a body that is right otherwise.
struct BadValue: Sendable {
  /// Names and indices to the place.
  let path: [String]
  /// What stands there instead, as text: not everything wrong is JSON.
  let text: String
  /// Whether an error may also stand below the place.
  var isDeep = false

  var pointer: String { path.map { "/" + $0 }.joined() }

  /// Everything that is tried on every value of a body.
  static func all(in body: JSON) -> [BadValue] {
    var found: [BadValue] = []
    collect(body, [], &found)
    return found
  }

  private static func collect(_ json: JSON, _ path: [String], _ found: inout [BadValue]) {
    if !path.isEmpty {
      for text in wrongTexts(for: json) { found.append(BadValue(path: path, text: text)) }
      let deep = String(repeating: "[", count: 17) + String(repeating: "]", count: 17)
      found.append(BadValue(path: path, text: deep, isDeep: true))
      if let name = path.last, Int(name) == nil {
        let value = text(of: json)
        found.append(BadValue(path: path, text: "\(value),\"\(name)\":\(value)"))
      }
    }
    switch json {
    case .object(let object):
      for member in object.members { collect(member.value, path + [member.name], &found) }
      found.append(BadValue(path: path + ["zzz"], text: "1"))
    case .array(let values):
      for (index, value) in values.enumerated() { collect(value, path + ["\(index)"], &found) }
    default: break
    }
  }

  /// Values of another type, and values of the same type that no number or text may have.
  private static func wrongTexts(for json: JSON) -> [String] {
    switch json {
    case .string: ["null", "true", "{}", #""\ud800""#, #""a\u0000b""#, "\"\u{1}\""]
    case .number(let number):
      ["null", #""5""#, "NaN", "1e400", "1.23456789", "05", "Infinity"]
        // Where one number below zero may stand another may.
        + (number.literal.hasPrefix("-") ? [] : ["-1"])
    case .bool: ["null", #""true""#, "1", "True"]
    case .array: ["null", "{}", #""a""#]
    case .object: ["null", "[]", "7"]
    case .null: []
    }
  }

  /// The whole body with the wrong value in its place.
  func body(of json: JSON) -> [UInt8] {
    Array(BadValue.text(of: json, at: [], replacing: path, with: text).utf8)
  }

  private static func text(of json: JSON) -> String {
    String(decoding: json.bytes(), as: UTF8.self)
  }

  private static func text(
    of json: JSON, at here: [String], replacing path: [String], with replacement: String
  ) -> String {
    if here == path { return replacement }
    guard path.starts(with: here) else { return text(of: json) }
    let inner = { (value: JSON, name: String) in
      text(of: value, at: here + [name], replacing: path, with: replacement)
    }
    switch json {
    case .object(let object):
      var members = object.members.map { "\"\($0.name)\":\(inner($0.value, $0.name))" }
      if path.count == here.count + 1, object[path[here.count]] == nil {
        members.append("\"\(path[here.count])\":\(replacement)")
      }
      return "{" + members.joined(separator: ",") + "}"
    case .array(let values):
      return "["
        + values.enumerated().map { inner($0.element, "\($0.offset)") }
        .joined(separator: ",") + "]"
    default: return text(of: json)
    }
  }
}
