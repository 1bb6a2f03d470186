/// Percent escapes, decoded strictly: no malformed escape, no NUL, nothing but UTF-8.
enum PercentCoding {
  /// A decoded segment; nil when it is malformed.
  static func segment(_ bytes: ByteSlice) -> String? {
    decoded(bytes, plusIsSpace: false)
  }

  /// The items of a query, in order, empty ones left out; nil when one is malformed.
  static func queryItems(in bytes: ByteSlice) -> [QueryItem]? {
    var items: [QueryItem] = []
    for part in bytes.split(separator: 0x26) {
      let mark = part.firstIndex(of: ASCII.equals) ?? part.endIndex
      let valueStart = min(mark + 1, part.endIndex)
      guard let name = decoded(part[..<mark], plusIsSpace: true),
        let value = decoded(part[valueStart...], plusIsSpace: true)
      else { return nil }
      items.append(QueryItem(name: name, value: value))
    }
    return items
  }

  private static func decoded(
    _ bytes: ByteSlice, plusIsSpace: Bool
  ) -> String? {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    var position = bytes.startIndex
    while position < bytes.endIndex {
      var byte = bytes.base[position]
      position += 1
      if byte == ASCII.percent {
        guard position + 1 < bytes.endIndex,
          let high = ASCII.hexValue(bytes.base[position]),
          let low = ASCII.hexValue(bytes.base[position + 1])
        else { return nil }
        byte = high << 4 | low
        position += 2
        guard byte != 0 else { return nil }
      } else if plusIsSpace, byte == 0x2B {
        byte = ASCII.space
      }
      result.append(byte)
    }
    return String(validating: result, as: UTF8.self)
  }
}
