/// What a command shows a person: fields, tables and text under headings, blank lines between.
struct Printout {
  private enum Part {
    case heading(String)
    case fields(FieldList)
    case table(Table)
    case text(String)
    case items([String])
  }

  private var parts: [Part] = []

  init() {}

  init(_ table: Table) { parts = [.table(table)] }
  init(_ fields: FieldList) { parts = [.fields(fields)] }
  init(_ text: String) { parts = [.text(text)] }

  mutating func add(heading: String) { parts.append(.heading(heading)) }
  mutating func add(_ fields: FieldList) { parts.append(.fields(fields)) }
  mutating func add(_ table: Table) { parts.append(.table(table)) }
  mutating func add(_ text: String) { parts.append(.text(text)) }
  /// One line each, indented; long ones go on under their beginning.
  mutating func add(items: [String]) { parts.append(.items(items)) }

  /// The lines for a terminal.
  func lines(for terminal: Terminal) -> [String] {
    var lines: [String] = []
    for part in parts {
      switch part {
      case .heading(let text):
        if !lines.isEmpty { lines.append("") }
        lines.append(terminal.bold(text.printable))
      case .fields(let fields): lines += fields.lines(for: terminal)
      case .table(let table): lines += table.lines(for: terminal)
      case .text(let text):
        lines += text.printableLines.wrapped(toColumns: terminal.proseWidth)
      case .items(let items): lines += items.flatMap { item(in: terminal, $0) }
      }
    }
    return lines
  }

  private func item(in terminal: Terminal, _ text: String) -> [String] {
    text.printable.wrapped(toColumns: terminal.proseWidth - 4).enumerated()
      .map { index, line in (index == 0 ? "  " : "    ") + line }
  }
}
