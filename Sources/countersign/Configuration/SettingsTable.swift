import Configuration

/// All settings as a table: for the documentation, and with the values in effect for a terminal.
struct SettingsTable {
  let entries: [SettingsReader.Entry]

  /// As documented: of an environment that says nothing.
  static var documented: SettingsTable {
    var settings = SettingsReader(ConfigReader(provider: InMemoryProvider(values: [:])))
    _ = ServiceConfiguration(&settings, for: .serve)
    return SettingsTable(entries: settings.entries)
  }

  /// The lines of a Markdown table.
  var markdown: [String] {
    ["| name | type | unit | default | range | meaning |", "|---|---|---|---|---|---|"]
      + entries.map { entry in
        let cells = [
          "`\(entry.name)`", entry.type, entry.unit, entry.fallback, entry.range, entry.meaning,
        ]
        return "| " + cells.joined(separator: " | ") + " |"
      }
  }

  /// Names, values and where they come from.
  var inEffect: Table {
    Table(
      [.text("NAME"), .text("VALUE"), .text("FROM")], empty: "no settings",
      rows: entries.map { [$0.name, $0.inEffect, $0.isGiven ? "environment" : "default"] })
  }

  private static let begin = "<!-- settings: written by `countersign configuration --into` -->"
  private static let end = "<!-- end of settings -->"

  /// The document with this table between its two marks; nil when it has no such marks.
  func replaced(in document: String) -> String? {
    let lines = document.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    guard let first = lines.firstIndex(of: SettingsTable.begin),
      let last = lines.firstIndex(of: SettingsTable.end), first < last
    else { return nil }
    return (lines[...first] + markdown + lines[last...]).joined(separator: "\n")
  }
}
