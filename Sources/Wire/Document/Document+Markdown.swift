import Domain

extension Document {
  /// CommonMark with the tables of GitHub; nothing that was written in is markup.
  package var markdown: [UInt8] {
    let parts = ["# \(title.inMarkdown)"] + blocks.map { $0.markdown(in: self) }
    return Array((parts.joined(separator: "\n\n") + "\n").utf8)
  }
}

extension Document.Block {
  fileprivate func markdown(in document: Document) -> String {
    switch self {
    case .heading(let level, let text):
      return String(repeating: "#", count: level) + " " + text.inMarkdown
    case .paragraph(let text): return text.inMarkdown
    case .list(let items): return items.map { "- " + $0.inMarkdown }.joined(separator: "\n")
    case .fields(let fields):
      let heads = [document.say("Item", "事项"), document.say("Content", "内容")]
      return Document.Block.rows(heads, fields.map { [$0.label, $0.value] })
    case .table(let heads, let rows): return Document.Block.rows(heads, rows)
    }
  }

  private static func rows(_ heads: [String], _ rows: [[String]]) -> String {
    let lines = [heads, heads.map { _ in "---" }] + rows
    return lines.enumerated().map { index, cells in
      let texts = index == 1 ? cells : cells.map(\.inMarkdown)
      return "| " + texts.joined(separator: " | ") + " |"
    }.joined(separator: "\n")
  }
}

extension String {
  /// As text: every character that could begin markup is escaped.
  fileprivate var inMarkdown: String {
    var text = ""
    var isFirst = true
    let scalars = Array(settled.unicodeScalars)
    for (index, scalar) in scalars.enumerated() {
      let isLast = index + 1 == scalars.count || scalars[index + 1] == " "
      switch scalar {
      case "&": text += "&amp;"
      case "<": text += "&lt;"
      case ">": text += "&gt;"
      case "\\", "`", "*", "_", "[", "]", "|", "~", "!", "#", "{", "}":
        text += "\\" + String(scalar)
      // At the beginning of a line these make lists and rules; so does a number with a dot.
      case _ where isFirst && "-+=".unicodeScalars.contains(scalar),
        _
      where isLast && ".)".unicodeScalars.contains(scalar)
        && Int64(digits: text.utf8) != nil:
        text += "\\" + String(scalar)
      // A bare address would become a link.
      case ":" where text.hasSuffix("http") || text.hasSuffix("https"): text += "&#58;"
      case "@": text += "&#64;"
      default: text.unicodeScalars.append(scalar)
      }
      isFirst = isFirst && scalar == " "
    }
    return text
  }
}
