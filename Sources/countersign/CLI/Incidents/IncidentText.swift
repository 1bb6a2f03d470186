import ArgumentParser
import Domain

/// An incident in words.
enum IncidentText {
  /// Of deadlines and law.
  enum Language: String, ExpressibleByArgument, CaseIterable {
    case en, zh

    /// The member with the words in this language; the English ones where there are no others.
    func words(_ json: JSON, _ name: String) -> String {
      let own = self == .zh ? json["\(name)_zh"].string : json["\(name)_en"].string
      return own ?? json[name].cell
    }
  }

  /// The id of an incident named by id or number.
  static func id(of reference: String, _ session: Session) async throws -> String {
    if reference.hasPrefix("inc_") { return reference }
    return try await session.api.get(Path("v1", "incidents", reference)).json["id"].cell
  }

  /// The whole incident, with names for ids.
  static func show(_ reply: Reply, in language: Language, _ session: Session) async throws {
    if session.printsJSON { return try session.show(reply) { _ in Printout() } }
    let people = try await Directory.people(session)
    try session.show(reply) { printout(of: $0, people, language) }
  }

  /// `notify_operator 2026-12-01 04:00:00Z`, `OVERDUE` before it where it is.
  static func next(_ incident: JSON) -> String {
    let next = incident["next_deadline"]
    guard let due = next["due_at"].time else { return "-" }
    let overdue = incident["overdue"].text ?? "0"
    return (overdue == "0" ? "" : "OVERDUE ") + "\(next["clock"].cell) \(due)"
  }

  /// What an impact says was sent; nil for none.
  static func sent(_ impact: JSON) -> String? {
    let requests = impact["requests"]
    guard let reported = requests["reported"].text, let rest = requests["unreported_max"].text
    else { return nil }
    return "sent to \(impact["site"].cell) in that time: \(reported) requests by reports"
      + (rest == "0" ? "" : ", at most \(rest) more without one")
  }

  /// What has to be signed before everything goes on.
  static func signatures(_ incident: JSON) -> Table {
    Table(
      [.text("WHAT"), .text("BECAUSE"), .number("SIGNATURES"), .prose("WHAT TO DO")],
      empty: "nothing: all of it runs",
      rows: incident["signatures_due"].elements.map { due in
        [due["id"].cell, due["cause"].cell, due["signatures"].cell, due["remedy"].cell]
      })
  }

  private static func printout(
    of incident: JSON, _ people: Directory, _ language: Language
  ) -> Printout {
    let closure = incident["closure"]
    let opener = people.name(incident["opened_by"].string) ?? "-"
    let closer = people.name(closure["closed_by"].string) ?? "-"
    var fields: FieldList = [
      "incident": "\(incident["number"].cell)  \(incident["id"].cell)",
      "status": "\(incident["status"].cell), \(incident["stage"].cell)",
      "summary": incident["summary"].text, "source": incident["source"].text,
      "noticed": incident["noticed_at"].time, "began": incident["started_at"].time,
    ]
    fields.add("cause", incident["cause"].text.map { "\($0) of \(incident["subject"].cell)" })
    fields.add("opened", "\(incident["opened_at"].timeCell) by \(opener)")
    fields.add("owner", people.name(incident["owner"].string) ?? "nobody yet")
    fields.add("follows", incident["follows"].text)
    fields.add("followed by", incident["followed_by"].joined())
    fields.add(
      "closed",
      closure["closed_at"].time.map { "\($0) by \(closer): \(closure["reason"].cell)" })
    var printout = Printout(fields)
    addDeadlines(of: incident, language, to: &printout)
    addOutage(of: incident, language, to: &printout)
    printout.add(heading: "Entries")
    printout.add(items: incident["entries"].elements.flatMap { entry(of: $0, people) })
    addLinks(of: incident, to: &printout)
    printout.add(heading: "To be signed before it goes on")
    printout.add(signatures(incident))
    return printout
  }

  private static func addDeadlines(
    of incident: JSON, _ language: Language, to printout: inout Printout
  ) {
    let deadlines = incident["deadlines"].elements
    printout.add(heading: "Deadlines")
    printout.add(
      Table(
        [.text("CLOCK"), .text("STATUS"), .text("DUE"), .text("MET")], empty: "no clock runs",
        rows: deadlines.map { deadline in
          let status = deadline["status"].cell
          return [
            deadline["clock"].cell, status == "overdue" ? "OVERDUE" : status,
            deadline["due_at"].timeCell,
            deadline["met_at"].time.map { "\($0), entry \(deadline["met_by_entry"].cell)" } ?? "-",
          ]
        }))
    printout.add(
      items: deadlines.map { deadline in
        let basis = deadline["basis"].elements.map { law($0, language) }.joined(separator: "; ")
        return "\(deadline["clock"].cell): \(language.words(deadline, "text"))"
          + (basis.isEmpty ? "" : " (\(basis))")
      })
  }

  private static func addOutage(
    of incident: JSON, _ language: Language, to printout: inout Printout
  ) {
    let meters = incident["outage"].elements
    if meters.isEmpty { return }
    printout.add(heading: "Outage")
    printout.add(
      Table(
        [
          .text("SITE"), .number("USERS"), .number("HERE s"), .number("IN ALL s"),
          .text("LEVEL"),
        ], empty: "none",
        rows: meters.map { meter in
          [
            meter["site"].cell, meter["users"].text ?? "unknown", meter["seconds"].cell,
            meter["cumulative_seconds"].cell, meter["level"].cell,
          ]
        }))
    printout.add(
      items: meters.flatMap { meter in
        meter["thresholds"].elements.map { threshold in
          let basis = threshold["basis"].elements.map { law($0, language) }
          return "\(meter["site"].cell): \(threshold["left_seconds"].cell) s left before "
            + "“\(language.words(threshold, "text"))” from \(threshold["users"].cell) users on"
            + (basis.isEmpty ? "" : " (\(basis.joined(separator: "; ")))")
        }
      })
  }

  private static func addLinks(of incident: JSON, to printout: inout Printout) {
    let sites = incident["sites"].elements.map { site in
      "site \(site["host"].cell): \(site["operator_kind"].text ?? "kind unknown")"
    }
    let grants = incident["grants"].elements.map { grant in
      "\(grant["id"].cell) of \(grant["proposal"].cell): \(grant["effective_status"].cell)"
    }
    let locks = incident["locks"].elements.map { lock in
      "\(lock["id"].cell) on \(LockText.scope(lock)): \(lock["status"].cell)"
    }
    let all = sites + grants + locks
    if all.isEmpty { return }
    printout.add(heading: "About")
    printout.add(items: all)
  }

  private static func entry(of entry: JSON, _ people: Directory) -> [String] {
    let meets = entry["meets"].joined().map { " [meets \($0)]" } ?? ""
    let line =
      "\(entry["n"].cell). \(entry["at"].timeCell) \(entry["stage"].cell), "
      + "\(people.name(entry["author"].string) ?? "-"): \(entry["note"].cell)\(meets)"
    let impact = entry["impact"]
    guard let sent = sent(impact) else { return [line] }
    let users = impact["users"].text.map { ", \($0) users" } ?? ""
    return [
      line,
      "   \(impact["site"].cell) \(impact["service"].cell) from \(impact["from"].timeCell) to "
        + "\(impact["to"].timeCell)\(users); \(sent)",
    ]
  }

  private static func law(_ fact: JSON, _ language: Language) -> String {
    let article =
      language == .zh ? fact["article_zh"].cell : "art. \(fact["article"].cell)"
    return "\(language.words(fact, "instrument")) \(article), in force since "
      + fact["in_force_from"].cell
  }
}
