import Domain

/// The view of a proposal (api.md) in words.
enum ProposalText {
  /// The id of a proposal named by id or number.
  static func id(of reference: String, _ session: Session) async throws -> String {
    if reference.hasPrefix("prop_") { return reference }
    let view = try await session.api.get(Path("v1", "proposals", reference)).json
    guard let id = view["id"].string else { throw NotPossible("proposal \(reference) has no id") }
    return id
  }

  /// What holds now (`in_review`, `active`), or `locked (in_review)` while a stop stands.
  static func status(_ view: JSON) -> String {
    let (status, effective) = (view["status"].cell, view["effective_status"].text ?? "locked")
    if view["effective_status"].isNull { return status }
    return effective == "locked" ? "locked (\(status))" : effective
  }

  /// The revision that is newer than the one under review; nil without one.
  static func draft(_ view: JSON) -> String? {
    let draft = view["draft_revision"]
    return draft["digest"].text.map { "revision \(draft["n"].cell), \($0)" }
  }

  /// The roles whose seats are free.
  static func openSeats(_ view: JSON) -> [String] {
    view["seats"].elements.filter { $0["filled_by"].isNull }.map { $0["role"].cell }
  }

  /// The rows of a list of proposals.
  static func table(_ items: [JSON], empty: String) -> Table {
    Table(
      [
        .number("NO"), .text("STATUS"), .text("TIER"), .prose("TITLE"), .text("CREATED"),
        .text("ID"),
      ],
      empty: empty,
      rows: items.map { view in
        [
          view["number"].cell, status(view), tier(view) ?? "-", view["title"].cell,
          view["created_at"].timeCell, view["id"].cell,
        ]
      })
  }

  /// The tier of the newest round; nil for a draft.
  static func tier(_ view: JSON) -> String? { view["tier"].text ?? view["round"]["tier"].text }

  /// Who must sign and who did.
  static func seats(_ seats: [JSON], _ people: Directory) -> Table {
    Table(
      [.text("ROLE"), .text("SIGNED BY")], empty: "no signatures are needed",
      rows: seats.map { seat in
        let marks = [
          seat["conditions"].isNull ? nil : "under conditions",
          seat["flag"].text.map { $0.replacing("_", with: " ") + " since" },
        ].compactMap { $0 }
        let name = people.name(seat["filled_by"].text) ?? "open"
        return [
          seat["role"].cell, marks.isEmpty ? name : "\(name) (\(marks.joined(separator: ", ")))",
        ]
      })
  }

  /// What is asked for, one row a target.
  static func targets(_ targets: [JSON]) -> Table {
    Table(
      [
        .prose("HOSTS"), .number("RPS"), .number("BURST"), .number("AT ONCE"),
        .number("WORKERS"), .number("A DAY"), .text("ZONE"), .prose("HOURS"),
      ],
      empty: "no targets",
      rows: targets.map { target in
        [
          target["hosts"].joined(" ") ?? "-", target["max_rps"].cell, target["burst"].cell,
          target["max_concurrency"].cell, target["max_workers"].cell,
          Numbers.grouped(target["daily_requests"].cell), target["time_zone"].cell,
          target["windows"].isNull ? "the tier's" : Hours.text(target["windows"]),
        ]
      })
  }

  /// What changed, one row a field.
  static func diff(_ entries: [JSON]) -> Table {
    Table(
      [.text("EFFECT"), .prose("FIELD"), .prose("FROM"), .prose("TO")],
      empty: "nothing changed",
      rows: entries.map { entry in
        [
          entry["effect"].cell, entry["pointer"].cell, value(entry["from"]), value(entry["to"]),
        ]
      })
  }

  /// A value of a content in one cell.
  static func value(_ json: JSON) -> String {
    json.isNull ? "-" : json.text ?? String(decoding: json.bytes(), as: UTF8.self)
  }

  /// Every reason of a `blocking[]`, one line each.
  static func reasons(_ blocking: [JSON]) -> [String] {
    blocking.map { reason in
      let until = reason["until"].time.map { " (until \($0))" } ?? ""
      return "\(reason["code"].cell): \(reason["detail"].cell)\(until)"
    }
  }
}
