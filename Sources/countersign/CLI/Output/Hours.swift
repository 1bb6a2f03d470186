import Domain

/// Windows as people read them.
enum Hours {
  /// The hours of a cap or a budget, where no windows are no hour at all.
  static func granted(_ windows: JSON) -> String {
    windows.elements.isEmpty && !windows.isNull ? "none" : text(windows)
  }

  /// `mon-fri 22:00-06:00; sat sun any hour`; no windows are any hour (a site's ceiling).
  static func text(_ windows: JSON) -> String {
    let parts = windows.elements.map { window in
      let days = days(window["days"])
      let (start, end) = (window["start"].cell, window["end"].cell)
      let clock = start == "00:00" && end == "24:00" ? "any hour" : "\(start)-\(end)"
      return days.isEmpty ? clock : "\(days) \(clock)"
    }
    let isAlways = parts.isEmpty || parts == ["daily any hour"]
    return isAlways ? "any hour" : parts.joined(separator: "; ")
  }

  /// `daily`, or runs of three and more days as `mon-fri`.
  private static func days(_ days: JSON) -> String {
    guard days.string != "all" else { return "daily" }
    let named = Set(days.elements.compactMap { $0.string.flatMap(Weekday.init(abbreviation:)) })
    if named.count == Weekday.allCases.count { return "daily" }
    let runs = Weekday.allCases.split { !named.contains($0) }
    return runs.map { run in
      let names = run.map(\.abbreviation)
      return names.count > 2 ? "\(names[0])-\(names.last ?? "")" : names.joined(separator: " ")
    }.joined(separator: " ")
  }
}
