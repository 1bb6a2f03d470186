extension String {
  /// How many columns a terminal needs for it: two for wide characters, none for marks.
  var columns: Int { reduce(0) { $0 + $1.columns } }

  /// Text that others wrote, on one line and unable to steer a terminal: control characters,
  /// line ends and marks that turn the direction of text around become spaces.
  var printable: String { cleaned(keepingLines: false) }

  /// The same with its line ends.
  var printableLines: String { cleaned(keepingLines: true) }

  /// Filled up with spaces on the right.
  func padded(toColumns width: Int) -> String {
    self + String(repeating: " ", count: Swift.max(0, width - columns))
  }

  /// Filled up with spaces on the left.
  func indented(toColumns width: Int) -> String {
    String(repeating: " ", count: Swift.max(0, width - columns)) + self
  }

  /// Cut to a width, with an ellipsis where something is missing.
  func cut(toColumns width: Int) -> String {
    guard columns > width else { return self }
    var taken = ""
    var used = 0
    for character in self {
      let next = used + character.columns
      guard next <= width - 1 else { break }
      taken.append(character)
      used = next
    }
    return taken + "…"
  }

  /// Broken at spaces into lines of a width; longer words stand alone, whole.
  func wrapped(toColumns width: Int) -> [String] {
    var lines: [String] = []
    for paragraph in split(separator: "\n", omittingEmptySubsequences: false) {
      var line = ""
      for word in paragraph.split(separator: " ").map(String.init) {
        if line.isEmpty {
          line = word
        } else if line.columns + 1 + word.columns <= width {
          line += " " + word
        } else {
          lines.append(line)
          line = word
        }
      }
      lines.append(line)
    }
    return lines
  }

  private func cleaned(keepingLines: Bool) -> String {
    String(
      String.UnicodeScalarView(
        unicodeScalars.map { scalar in
          if keepingLines, scalar == "\n" { return scalar }
          return scalar.steersTerminal ? " " : scalar
        }))
  }
}

extension Character {
  /// Columns of one character: East Asian wide ones take two (UAX #11).
  fileprivate var columns: Int {
    guard let first = unicodeScalars.first else { return 0 }
    switch first.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    let isWide = wideRanges.contains { $0.contains(first.value) }
    return isWide ? 2 : 1
  }
}

extension Unicode.Scalar {
  fileprivate var steersTerminal: Bool {
    switch value {
    case 0..<0x20, 0x7F..<0xA0, 0x200E, 0x200F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

private let wideRanges: [ClosedRange<UInt32>] = [
  0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF, 0xA960...0xA97F,
  0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6,
  0x1F300...0x1F64F, 0x1F900...0x1F9FF, 0x20000...0x3FFFD,
]
