/// A part of bytes that somebody else holds; indices are those of the whole.
typealias ByteSlice = Slice<UnsafeRawBufferPointer>

/// Loops by hand: the generic ones of `Slice` are not specialised and cost more than the rest
/// of the parser.
extension ByteSlice {
  /// The indices.
  var range: Range<Int> { startIndex..<endIndex }

  /// Where the byte first stands.
  func position(of byte: UInt8) -> Int? {
    for position in startIndex..<endIndex where base[position] == byte { return position }
    return nil
  }

  /// Whether these are exactly the text's bytes.
  func isExactly(_ text: StaticString) -> Bool {
    text.withUTF8Buffer(isExactly)
  }

  /// Whether these are exactly those bytes.
  func isExactly(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
    guard other.count == endIndex - startIndex else { return false }
    for offset in 0..<other.count where base[startIndex + offset] != other[offset] {
      return false
    }
    return true
  }
}
