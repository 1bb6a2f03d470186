import RawStructuredFieldValues

/// One member of a list of structured fields (RFC 9651): a string with parameters.
struct NamedItem {
  let name: String
  private var parameters: OrderedMap<String, RFC9651BareItem>

  /// A parameter that is there, but as something else than it has to be.
  struct Malformed: Error {}

  private static let integerMax: Int64 = 999_999_999_999_999

  init(_ name: String) {
    self.name = name
    parameters = OrderedMap()
  }

  /// The members of a field; nil for what is no list of strings, and for an empty one.
  static func list(_ field: String) -> [NamedItem]? {
    var parser = StructuredFieldValueParser(Array(field.utf8))
    do {
      let items = try parser.parseListFieldValue().map { member throws(Malformed) in
        guard case .item(let item) = member, case .string(let name) = item.rfc9651BareItem else {
          throw Malformed()
        }
        var named = NamedItem(name)
        named.parameters = item.rfc9651Parameters
        return named
      }
      return items.isEmpty ? nil : items
    } catch {
      return nil
    }
  }

  /// The field of members whose names are ours.
  static func field(_ items: [NamedItem]) -> String {
    var serializer = StructuredFieldValueSerializer()
    do {
      let bytes = try serializer.writeListFieldValue(
        items.map { .item(Item(bareItem: .string($0.name), parameters: $0.parameters)) })
      return String(decoding: bytes, as: UTF8.self)
    } catch {
      preconditionFailure("names and numbers of our own are structured fields: \(error)")
    }
  }

  /// A whole number from 0; nil where the parameter is absent.
  func count(_ key: String) throws(Malformed) -> Int64? {
    guard let value = parameters[key] else { return nil }
    guard case .integer(let number) = value, number >= 0 else { throw Malformed() }
    return number
  }

  func text(_ key: String) throws(Malformed) -> String? {
    guard let value = parameters[key] else { return nil }
    guard case .string(let text) = value else { throw Malformed() }
    return text
  }

  /// A byte sequence as it stands there, in base64.
  func base64(_ key: String) throws(Malformed) -> String? {
    guard let value = parameters[key] else { return nil }
    guard case .undecodedByteSequence(let text) = value else { throw Malformed() }
    return text
  }

  /// The same with a number; what is larger than a field can hold becomes the largest.
  func with(_ key: String, _ number: Int64?) -> NamedItem {
    guard let number else { return self }
    var item = self
    item.parameters[key] = .integer(min(max(0, number), NamedItem.integerMax))
    return item
  }
}
