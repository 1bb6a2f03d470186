/// One thing in lines of a label and a value each; values begin in one column.
struct FieldList: ExpressibleByDictionaryLiteral {
  private var fields: [(label: String, value: String)] = []

  init() {}

  /// Fields whose value is nil are left out.
  init(dictionaryLiteral elements: (String, String?)...) {
    for (label, value) in elements { add(label, value) }
  }

  /// A field at the end; nothing when the value is nil.
  mutating func add(_ label: String, _ value: String?) {
    if let value { fields.append((label, value.printableLines)) }
  }

  /// The lines for a terminal; long values go on under their beginning.
  func lines(for terminal: Terminal) -> [String] {
    let width = (fields.map { $0.label.columns }.max() ?? 0) + 2
    let room = max(24, terminal.proseWidth - width)
    return fields.flatMap { field in
      field.value.wrapped(toColumns: room).enumerated().map { index, text in
        (index == 0 ? field.label : "").padded(toColumns: width) + text
      }
    }
  }
}
