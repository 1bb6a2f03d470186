/// A text for people that is set as HTML or Markdown; the same document gives the same bytes.
package struct Document: Hashable, Sendable {
  package enum Language: String, Hashable, Sendable, CaseIterable {
    case english = "en"
    case chinese = "zh"
  }

  enum Block: Hashable, Sendable {
    /// A section, from level 2; the title is level 1.
    case heading(Int, String)
    case paragraph(String)
    /// Label and value in two columns.
    case fields([Field])
    case table([String], rows: [[String]])
    case list([String])
  }

  struct Field: Hashable, Sendable {
    let label: String
    let value: String

    init(_ label: String, _ value: String) {
      self.label = label
      self.value = value
    }
  }

  let language: Language
  let title: String
  private(set) var blocks: [Block] = []

  init(_ language: Language, title: String) {
    self.language = language
    self.title = title
  }

  /// The words of the document's language.
  func say(_ english: String, _ chinese: String) -> String {
    language == .english ? english : chinese
  }

  mutating func add(_ block: Block) { blocks.append(block) }
}

extension String {
  /// Without characters that turn or hide what stands around them: what is shown is what was
  /// written, in the order in which it was written. Line feeds and tabs are spaces.
  var settled: String {
    var text = ""
    for scalar in unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: text += " "
      // Controls, marks and overrides of direction, invisible operators, byte order marks, tags.
      case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200B...0x200F, 0x202A...0x202E, 0x2060...0x206F,
        0xFEFF, 0xFFF9...0xFFFB, 0xE0000...0xE007F:
        text += "\u{FFFD}"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
