import Domain

/// A table as comma-separated values (RFC 4180) with a header line, in UTF-8.
///
/// Spreadsheets run text as a formula where it begins with certain characters, whoever wrote it:
/// such text gets an apostrophe before it.
package struct CSVTable: Hashable, Sendable {
  package enum Cell: Hashable, Sendable {
    /// What others may have written.
    case text(String)
    /// Digits, instants, days and the like: of our own making, and never a formula.
    case plain(String)
    case empty
  }

  package static let contentType = "text/csv; charset=utf-8; header=present"

  private let columns: [String]
  private let rows: [[Cell]]

  /// Precondition: a cell for each column in every row.
  package init(_ columns: [String], rows: [[Cell]]) {
    precondition(rows.allSatisfy { $0.count == columns.count }, "a cell for each column")
    self.columns = columns
    self.rows = rows
  }

  package var bytes: [UInt8] {
    var text = columns.joined(separator: ",") + "\r\n"
    for row in rows { text += row.map(\.written).joined(separator: ",") + "\r\n" }
    return Array(text.utf8)
  }
}

extension CSVTable.Cell {
  fileprivate var written: String {
    switch self {
    case .empty: ""
    case .plain(let text): text
    case .text(let text): CSVTable.Cell.quoted(text)
    }
  }

  private static func quoted(_ text: String) -> String {
    let first = text.unicodeScalars.first { !$0.properties.isWhitespace || isControl($0) }
    let isFormula = first.map { starts.contains($0) || isControl($0) } ?? false
    let harmless = isFormula ? "'" + text : text
    let needsQuotes = harmless.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
    guard needsQuotes || isFormula else { return harmless }
    return "\"" + harmless.replacing("\"", with: "\"\"") + "\""
  }

  /// Also the wide forms, which some programs take for the same.
  private static let starts = Set("=+-@|%＝＋－＠".unicodeScalars)

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || scalar.value == 0x7F
  }
}
