import Domain
import Wire
import Workflow

extension ShowUsageHistory.Output {
  /// The use of the grant with its history: see `GrantUsage` in openapi.yaml.
  var json: JSON {
    guard case .object(var members) = usage.json else { return usage.json }
    members["history"] = [
      "step": .string(history.step.rawValue),
      "targets": .array(
        history.targets.map { target in
          [
            "index": JSON(target.index), "hosts": .array(target.hosts.map { .string($0) }),
            "time_zone": .string(target.timeZone), "from": JSON(target.from),
            "to": JSON(target.to),
          ]
        }),
      "rows": .array(
        history.rows.map { row in
          [
            "target": JSON(row.target), "from": JSON(row.start), "to": JSON(row.end),
            "requests": JSON(row.requests), "failures": JSON(row.failures),
            "max_rps_seen": row.mostRPSSeen.map { JSON($0) } ?? .null,
          ]
        }),
    ]
    return .object(members)
  }
}

extension UsageHistory {
  /// One line for each step in which something was reported.
  var table: CSVTable {
    CSVTable(
      ["target", "hosts", "time_zone", "from", "to", "requests", "failures", "max_rps_seen"],
      rows: rows.map { row in
        let target = targets.first { $0.index == row.target }
        return [
          .plain(String(row.target)), .text(target?.hosts.joined(separator: " ") ?? ""),
          .text(target?.timeZone ?? ""), .plain(row.start.description),
          .plain(row.end.description), .plain(String(row.requests)),
          .plain(String(row.failures)),
          row.mostRPSSeen.map { .plain($0.description) } ?? .empty,
        ]
      })
  }
}
