/// How one kind of value is read: the vocabulary of `JSONReader`. Types add their own as static
/// members in extensions (`.host`, `.window`).
package struct JSONField<Value> {
  /// The value, or nil after recording why not.
  package let read: (JSONSlot) -> Value?

  package init(_ read: @escaping (JSONSlot) -> Value?) {
    self.read = read
  }

  /// The same with another value made of it; nil from `transform` must have recorded an error.
  package func map<Other>(_ transform: @escaping (Value, JSONSlot) -> Other?) -> JSONField<Other> {
    JSONField<Other> { slot in
      guard let value = read(slot) else { return nil }
      return transform(value, slot)
    }
  }

  /// A string that `parse` understands; `what` completes "must be …".
  package static func parsed(
    _ what: String, _ parse: @escaping (String) -> Value?
  ) -> JSONField<Value> {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      guard let value = parse(text) else { return slot.fail(.invalidFormat, "must be \(what)") }
      return value
    }
  }

  /// An object; members that `build` does not ask for are errors.
  package static func object(_ build: @escaping (JSONReader) -> Value?) -> JSONField<Value> {
    JSONField { slot in
      guard case .object(let object) = slot.value else {
        return slot.fail(.wrongType, "must be an object")
      }
      let reader = JSONReader(object, in: slot)
      let value = build(reader)
      reader.refuseUnasked()
      return value
    }
  }

  /// An array of `count` elements.
  package static func array<Element>(
    _ count: ClosedRange<Int>, of element: JSONField<Element>
  ) -> JSONField<Value> where Value == [Element] {
    JSONField { slot in
      guard case .array(let values) = slot.value else {
        return slot.fail(.wrongType, "must be an array")
      }
      guard count.contains(values.count) else {
        return slot.fail(
          .outOfRange, "must have \(count.lowerBound) to \(count.upperBound) elements")
      }
      let read = values.enumerated().map { element.read(slot.at($0.offset, $0.element)) }
      let elements = read.compactMap(\.self)
      return elements.count == values.count ? elements : nil
    }
  }

  /// An array whose elements all differ.
  package static func set<Element: Hashable>(
    _ count: ClosedRange<Int>, of element: JSONField<Element>
  ) -> JSONField<Value> where Value == [Element] {
    JSONField<[Element]>.array(count, of: element).map { elements, slot in
      var seen: Set<Element> = []
      for (index, element) in elements.enumerated() where !seen.insert(element).inserted {
        slot.at(index, .null).record(.duplicate, "stands in the list already")
      }
      return seen.count == elements.count ? elements : nil
    }
  }
}

extension JSONField where Value == String {
  /// A string of so many characters (Unicode scalars), without control characters other than
  /// line feed and tab.
  package static func string(_ length: ClosedRange<Int>) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      let scalars = text.unicodeScalars
      guard length.contains(scalars.count) else {
        return slot.fail(
          .outOfRange, "must have \(length.lowerBound) to \(length.upperBound) characters")
      }
      if scalars.contains(where: \.isForbiddenControl) {
        return slot.fail(
          .invalidFormat, "must not have control characters, nor such as turn the text around")
      }
      return text
    }
  }

  /// A string with something else than white space in it.
  package static func prose(_ lengthMax: Int) -> JSONField {
    string(1...lengthMax).map { text, slot in
      text.unicodeScalars.allSatisfy(\.properties.isWhitespace)
        ? slot.fail(.invalidFormat, "must not be blank") : text
    }
  }

  /// An e-mail address, in lower case; at most 254 bytes.
  package static var email: JSONField {
    .parsed("an e-mail address") { text in
      let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
      guard parts.count == 2, text.utf8.count <= 254,
        text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !parts[0].isEmpty,
        parts[1].contains(UInt8(ascii: "."))
      else { return nil }
      return text.lowercased()
    }
  }
}

extension Unicode.Scalar {
  /// Control characters but tab and new line; and those that show a text in another order than it
  /// has (bidirectional embeddings, overrides, isolates): who signs reads what is stored.
  fileprivate var isForbiddenControl: Bool {
    (value < 0x20 && value != 0x0A && value != 0x09) || (0x7F...0x9F).contains(value)
      || (0x202A...0x202E).contains(value) || (0x2066...0x2069).contains(value)
  }
}

extension JSONField where Value == Bool {
  /// `true` or `false`.
  package static var bool: JSONField {
    JSONField { slot in
      switch (slot.value, slot.typing) {
      case (.bool(let value), _): value
      case (.string("true"), .byField): true
      case (.string("false"), .byField): false
      default: slot.fail(.wrongType, "must be true or false")
      }
    }
  }
}

extension JSONField where Value == Int64 {
  /// A whole number within a range.
  package static func integer(_ range: ClosedRange<Int64>) -> JSONField {
    JSONField { slot in
      guard let literal = slot.numberLiteral("a whole number") else { return nil }
      guard let value = JSONNumber(trustedLiteral: literal).int64, literal != "-0" else {
        return slot.fail(.wrongType, "must be a whole number")
      }
      guard range.contains(value) else {
        return slot.fail(
          .outOfRange, "must be from \(range.lowerBound) to \(range.upperBound)")
      }
      return value
    }
  }
}

extension JSONField where Value == Rate {
  /// Requests per second in (0, 10⁶] with at most six decimals and no exponent.
  package static var rate: JSONField {
    JSONField { slot in
      guard let literal = slot.numberLiteral("a number") else { return nil }
      guard let rate = Rate(literal: literal) else {
        return slot.fail(
          .outOfRange, "must be above 0, at most 1000000, with at most six decimals")
      }
      return rate
    }
  }
}

extension JSONField where Value == Timestamp {
  /// An instant in RFC 3339, UTC.
  package static var timestamp: JSONField {
    .parsed("a time like 2026-12-01T08:00:00Z", Timestamp.init)
  }
}

extension JSONField where Value == LocalDate {
  /// A calendar day.
  package static var date: JSONField { .parsed("a date like 2026-12-01", LocalDate.init) }
}

extension JSONField where Value == Digest {
  /// `sha256:` and 64 hex digits.
  package static var digest: JSONField {
    .parsed("sha256: and 64 lower-case hex digits", { Digest($0) })
  }
}

extension JSONField {
  /// An id of the kind.
  package static func identifier<Kind>(
    _ kind: Kind.Type
  ) -> JSONField<Value> where Value == Identifier<Kind> {
    .parsed("an id that begins with \(Kind.prefix)_", { Identifier<Kind>($0) })
  }

  /// One of the raw values of an enumeration.
  package static func choice(
    _ type: Value.Type
  ) -> JSONField<Value> where Value: RawRepresentable<String> & CaseIterable {
    let names = Value.allCases.map(\.rawValue).joined(separator: ", ")
    return .parsed("one of: \(names)", { Value(rawValue: $0) })
  }
}

extension JSONField where Value == JSON {
  /// Any value, as it stands.
  package static var any: JSONField { JSONField { $0.value } }
}
