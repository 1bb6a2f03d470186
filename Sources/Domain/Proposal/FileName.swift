/// What a file was called where it came from: shown and offered, never a path of ours.
package struct FileName: Hashable, Sendable {
  package let text: String

  package static let bytesMax = 255

  /// Nil for a path, a name that shows as another one than it is, or one that is too long.
  package init?(_ text: String) {
    let scalars = text.unicodeScalars
    guard !text.isEmpty, text.utf8.count <= FileName.bytesMax, text != ".", text != "..",
      !scalars.allSatisfy(\.properties.isWhitespace),
      !scalars.contains(where: { $0 == "/" || $0 == "\\" || $0.isHidden })
    else { return nil }
    self.text = text
  }
}

extension Unicode.Scalar {
  /// Control characters, and those that turn the direction of writing.
  fileprivate var isHidden: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
      .privateUse:
      true
    default: false
    }
  }
}
