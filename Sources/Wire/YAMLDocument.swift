package import Domain
import Yams

/// YAML as people write proposals and policies, turned into JSON.
///
/// Anchors, aliases, tags and duplicate keys are refused: what is read must be what stands there.
package enum YAMLDocument {
  /// What plain scalars become.
  package enum Scalars: Hashable, Sendable {
    /// Strings, to be typed by the field they stand in: `no` is text, `22:00` a clock time.
    case strings
    /// JSON's null, booleans and numbers; quoted scalars and all other plain ones are strings.
    case coreSchema
  }

  /// The document's value: for `JSONReader` with typing `byField`, or `strict` after the core
  /// schema.
  package static func parse(
    _ bytes: [UInt8], scalars: Scalars = .strings
  ) throws(InvalidBody) -> JSON {
    if bytes.contains(alias) {
      // A few aliases of aliases stand for billions of nodes, which composing a document may visit
      // one by one. Turned into anchors, whose syntax is the same, they are found and refused.
      _ = try composed(bytes.map { $0 == alias ? anchor : $0 }, scalars)
    }
    return try composed(bytes, scalars)
  }

  private static let alias = UInt8(ascii: "*")
  private static let anchor = UInt8(ascii: "&")

  private static func composed(
    _ bytes: [UInt8], _ scalars: Scalars
  ) throws(InvalidBody) -> JSON {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw malformed("the document is not UTF-8")
    }
    // The parser owns the anchors, which nodes refer to weakly: it must outlive the conversion.
    let parser: Parser
    let root: Node?
    do {
      parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      root = try parser.singleRoot()
    } catch {
      throw malformed(description(of: error))
    }
    guard let root else { throw malformed("the document is empty") }
    let json = try json(root, at: .root, scalars)
    withExtendedLifetime(parser) {}
    return json
  }

  private static func json(
    _ node: Node, at pointer: JSONPointer, _ scalars: Scalars
  ) throws(InvalidBody) -> JSON {
    if pointer.tokens.count > JSONLimits.body.depthMax {
      throw malformed("nested deeper than \(JSONLimits.body.depthMax)", pointer, node)
    }
    if node.anchor != nil { throw malformed("anchors and aliases are refused", pointer, node) }
    switch node {
    case .alias: throw malformed("anchors and aliases are refused", pointer, node)
    case .scalar(let scalar): return try value(of: scalar, node, at: pointer, scalars)
    case .sequence(let sequence):
      try refuseTag(sequence.tag, node, at: pointer)
      var elements: [JSON] = []
      for (index, element) in sequence.enumerated() {
        elements.append(try json(element, at: pointer.appending(index), scalars))
      }
      return .array(elements)
    case .mapping(let mapping):
      try refuseTag(mapping.tag, node, at: pointer)
      var members: [(name: String, value: JSON)] = []
      for (key, value) in mapping {
        guard case .scalar(let name) = key, key.anchor == nil else {
          throw malformed("names are plain scalars", pointer, key)
        }
        // Composing the mapping has put the tag of strings on every name without one.
        if name.tag.rawValue != Tag.Name.str.rawValue {
          try refuseTag(name.tag, key, at: pointer)
        }
        let place = pointer.appending(name.string)
        members.append((name.string, try json(value, at: place, scalars)))
      }
      return .object(JSONObject(members: members))
    }
  }

  private static func value(
    of scalar: Node.Scalar, _ node: Node, at pointer: JSONPointer, _ scalars: Scalars
  ) throws(InvalidBody) -> JSON {
    if scalar.string.utf8.contains(0) {
      throw malformed("the character U+0000 is not allowed", pointer, node)
    }
    try refuseTag(of: scalar, node, at: pointer)
    guard scalar.style == .plain else { return .string(scalar.string) }
    guard scalars == .coreSchema else { return .string(scalar.string) }
    switch scalar.string {
    case "", "~", "null": return .null
    case "true": return .bool(true)
    case "false": return .bool(false)
    default:
      do {
        return try JSONParser.parse(Array(scalar.string.utf8))
      } catch {
        // Not a number in JSON's grammar, so plain text.
        return .string(scalar.string)
      }
    }
  }

  private static func refuseTag(
    of scalar: Node.Scalar, _ node: Node, at pointer: JSONPointer
  ) throws(InvalidBody) {
    // The parser itself puts the tag of strings on what is quoted.
    let isString = scalar.style != .plain && scalar.tag.rawValue == Tag.Name.str.rawValue
    if !isString { try refuseTag(scalar.tag, node, at: pointer) }
  }

  private static func refuseTag(
    _ tag: Tag, _ node: Node, at pointer: JSONPointer
  ) throws(InvalidBody) {
    if tag.rawValue != Tag.Name.implicit.rawValue {
      throw malformed("tags are refused", pointer, node)
    }
  }

  private static func malformed(
    _ detail: String, _ pointer: JSONPointer = .root, _ node: Node? = nil
  ) -> InvalidBody {
    let place = node?.mark.map { " in line \($0.line)" } ?? ""
    return InvalidBody(errors: [FieldError(pointer, .malformed, detail + place)])
  }

  /// What is wrong and where, without the text of the document.
  private static func description(of error: any Error) -> String {
    guard let error = error as? YamlError else { return "the document cannot be read" }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return "\(problem) in line \(mark.line), column \(mark.column)"
    case .duplicatedKeysInMapping(let names, let context):
      return "\(names.joined(separator: ", ")) stands twice in the mapping at line "
        + "\(context.mark.line)"
    case .reader(let problem, _, _, _): return problem
    case .no, .memory, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return "the document cannot be read"
    }
  }
}
