/// Rows in aligned columns under a heading.
struct Table {
  /// One column: its heading and how its cells are set.
  struct Column {
    enum Alignment { case leading, trailing }

    let heading: String
    let alignment: Alignment
    /// Whether cells may be cut to fit the window; ids and numbers never are.
    let mayBeCut: Bool

    /// Ids, states, names: kept whole.
    static func text(_ heading: String) -> Column {
      Column(heading: heading, alignment: .leading, mayBeCut: false)
    }

    /// Numbers: kept whole, digits under digits.
    static func number(_ heading: String) -> Column {
      Column(heading: heading, alignment: .trailing, mayBeCut: false)
    }

    /// Titles and reasons: cut where the window is too narrow.
    static func prose(_ heading: String) -> Column {
      Column(heading: heading, alignment: .leading, mayBeCut: true)
    }
  }

  private let columns: [Column]
  private let rows: [[String]]
  /// What is said when there is no row.
  private let empty: String

  private static let gap = "  "
  private static let cutWidthMin = 12

  /// Precondition: every row has a cell for each column.
  init(_ columns: [Column], empty: String, rows: [[String]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a cell for each column")
    self.columns = columns
    self.empty = empty
    self.rows = rows.map { $0.map(\.printable) }
  }

  /// The lines for a terminal; a single one with `empty` when there is no row.
  func lines(for terminal: Terminal) -> [String] {
    guard !rows.isEmpty else { return [empty] }
    let widths = widths(within: terminal.width)
    let heading = line(columns.map(\.heading), widths)
    return [terminal.bold(heading)] + rows.map { line($0, widths) }
  }

  private func widths(within limit: Int?) -> [Int] {
    var widths = columns.indices.map { index in
      rows.reduce(columns[index].heading.columns) { max($0, $1[index].columns) }
    }
    guard let limit else { return widths }
    let gaps = Table.gap.count * (columns.count - 1)
    var excess = widths.reduce(gaps, +) - limit
    for index in columns.indices.reversed() where columns[index].mayBeCut && excess > 0 {
      let floor = max(Table.cutWidthMin, columns[index].heading.columns)
      let cut = min(excess, max(0, widths[index] - floor))
      widths[index] -= cut
      excess -= cut
    }
    return widths
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let set = cells.indices.map { index in
      let cell = cells[index].cut(toColumns: widths[index])
      return columns[index].alignment == .trailing
        ? cell.indented(toColumns: widths[index]) : cell.padded(toColumns: widths[index])
    }
    let joined = set.joined(separator: Table.gap)
    return String(joined.reversed().drop { $0 == " " }.reversed())
  }
}
