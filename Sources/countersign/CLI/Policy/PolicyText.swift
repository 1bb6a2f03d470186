import Domain

/// Policies in words.
enum PolicyText {
  /// The number asked for, or that of the version in force.
  static func number(_ asked: Int?, _ session: Session) async throws -> String {
    if let asked { return String(asked) }
    let versions = try await session.all(Path("v1", "policies"))
    guard let active = versions.first(where: { $0["status"].string == "active" }) else {
      throw NotPossible("no policy is in force")
    }
    return active["version"].cell
  }

  /// One version: its tiers, and how much else there is.
  static func printout(of answer: JSON, _ people: Directory) -> Printout {
    let policy = answer["policy"]
    var printout = Printout([
      "version": answer["version"].text, "title": policy["title"].text,
      "status": answer["status"].text, "digest": answer["digest"].text,
      "proposed by": people.name(answer["proposed_by"].text),
      "activated": answer["activated_at"].time,
      "rules": String(policy["rules"].elements.count),
      "questions": String(policy["questions"].elements.count),
      "legal sources": String(policy["legal"].elements.count),
    ])
    printout.add(heading: "Tiers")
    printout.add(
      Table(
        [
          .text("TIER"), .number("RPS"), .number("AT ONCE"), .number("A DAY"),
          .number("DAYS"), .prose("SIGNED BY"),
        ],
        empty: "none",
        rows: policy["tiers"].elements.map { tier in
          [
            tier["tier"].cell, tier["max_rps"].cell, tier["max_concurrency"].cell,
            Numbers.grouped(tier["daily_requests"].cell), tier["longest_validity_days"].cell,
            tier["roles"].joined() ?? "never",
          ]
        }))
    return printout
  }

  /// What changes, one line an entry.
  static func diff(_ answer: JSON) -> Printout {
    let (from, to) = (answer["from"].cell, answer["to"].cell)
    var printout = Printout("version \(to) against \(from): \(answer["effect"].cell)")
    printout.add(
      Table(
        [.text("EFFECT"), .text("PART"), .text("ID"), .text("CHANGE"), .prose("WHAT")],
        empty: "nothing differs",
        rows: answer["entries"].elements.map { entry in
          [
            entry["effect"].cell, entry["part"].cell, entry["id"].cell,
            entry["change"].cell, summary(entry),
          ]
        }))
    return printout
  }

  /// The members that differ, or the words of what came or went.
  private static func summary(_ entry: JSON) -> String {
    let (from, to) = (entry["from"], entry["to"])
    guard !from.isNull, !to.isNull else {
      let whole = from.isNull ? to : from
      return whole["text"].text ?? whole["en"].text ?? "-"
    }
    let added = to.members.filter { member in from[member.name].isNull }
    let names = (from.members + added).map(\.name).filter { from[$0] != to[$0] }
    return names.map { name in
      "\(name): \(compact(from[name])) → \(compact(to[name]))"
    }.joined(separator: "; ")
  }

  private static func compact(_ json: JSON) -> String {
    json.text ?? (json.isNull ? "none" : String(decoding: json.bytes(), as: UTF8.self))
  }
}
