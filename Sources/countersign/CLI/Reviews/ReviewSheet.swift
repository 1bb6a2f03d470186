import Domain

/// A proposal as people read it before they sign.
struct ReviewSheet {
  let view: JSON
  let content: JSON
  let people: Directory

  /// The content of the revision that the view's digest is of.
  ///
  /// Errors: those of the call.
  static func content(of view: JSON, _ session: Session) async throws -> JSON {
    guard let id = view["id"].string, let n = view["revision"].text else {
      throw NotOurs(reason: "the proposal has no id or revision")
    }
    return try await session.api.get(Path("v1", "proposals", id, "revisions", n)).json["content"]
  }

  /// For `proposals show`: who, what, when, and where it stands.
  var proposal: Printout {
    var printout = Printout(headFields)
    printout.add(heading: "What is asked for")
    printout.add(ProposalText.targets(content["targets"].elements))
    addSeats(to: &printout)
    addOffer(to: &printout)
    addStops(to: &printout)
    return printout
  }

  /// For `reviews show`: one screen, with what the policy says of the content today.
  func review(assessment: JSON) -> Printout {
    var printout = Printout(headFields)
    let sheet = AssessmentSheet(assessment: assessment, people: people)
    printout.add(heading: "What would be allowed")
    printout.add(
      ReviewSheet.allowed(content["targets"].elements, assessment["caps"].elements))
    printout.add(heading: "What the policy finds")
    sheet.addRules(to: &printout)
    addStandingUse(to: &printout)
    addStale(to: &printout)
    addSeats(to: &printout)
    addOffer(to: &printout)
    addOwnSeats(to: &printout)
    addStops(to: &printout)
    return printout
  }

  private var headFields: FieldList {
    let maintainer = content["maintainer"]
    let phone = maintainer["phone"].text.map { ", \($0)" } ?? ""
    return [
      "proposal": [view["number"].text, view["title"].text ?? content["title"].text]
        .compactMap { $0 }.joined(separator: "  "),
      "id": view["id"].text, "status": ProposalText.status(view),
      "tier": ProposalText.tier(view), "digest": view["digest"].text,
      "newer draft": ProposalText.draft(view),
      "purpose": content["purpose"].text,
      "requester": people.name(view["requester"].text),
      "owner": people.name(content["owner"].text),
      "deputy": people.name(content["deputy"].text),
      "on call": people.name(maintainer["person"].text).map { $0 + phone },
      "from": content["starts_on"].text.map { "\($0) to \(content["ends_on"].cell)" },
      "identifies as": content["identity"]["user_agent"].text,
      "decide by": view["round"]["decide_by"].time,
      "grant": view["grant"]["id"].text,
    ]
  }

  private func addSeats(to printout: inout Printout) {
    let seats = view["seats"].elements
    guard !seats.isEmpty else { return }
    printout.add(heading: "Signatures")
    printout.add(ProposalText.seats(seats, people))
  }

  /// The counter-offer, or what the conditions so far leave.
  private func addOffer(to printout: inout Printout) {
    let offer = view["counter"].isNull ? view["allowance"] : view["counter"]
    let setters = CounterText.setters(offer, people)
    if !setters.isEmpty {
      let digest = view["counter"]["digest"].text
      let answer = view["counter"]["answer"].text ?? "waits for an answer"
      printout.add(
        heading: digest.map { "Counter-offer \($0), \(answer)" } ?? "Under the conditions so far")
      printout.add(CounterText.numbers(offer))
      printout.add(items: setters)
    }
    let conflicts = view["conflicts"].elements
    guard !conflicts.isEmpty else { return }
    printout.add(heading: "Conditions that do not go together")
    printout.add(items: CounterText.conflicts(conflicts, people))
  }

  /// What is really sent under the grant that this would replace.
  private func addStandingUse(to printout: inout Printout) {
    let targets = view["standing_use"]["targets"].elements
    guard !targets.isEmpty else { return }
    printout.add(heading: "Really used under the grant that stands")
    printout.add(
      items: targets.map { target in
        let (used, granted) = (target["used"], target["granted"])
        let proposed = target["proposed"]["max_rps"].text.map { "; \($0) a second would do" } ?? ""
        return "target \(target["index"].cell): at most \(used["max_rps_seen"].cell) of "
          + "\(granted["max_rps"].cell) a second, \(used["most_in_a_day"].cell) of "
          + "\(granted["daily_requests"].cell) a day\(proposed)"
      })
  }

  /// What was signed before, and what has changed since.
  private func addStale(to printout: inout Printout) {
    let stale = view["stale"]
    guard !stale.isNull else { return }
    printout.add(heading: "Since revision \(stale["revision"].cell) was under review")
    printout.add(items: CounterText.stale(stale, people))
  }

  /// Whether the reader can sign, and if not, why; of roles that the reader lacks, nothing.
  private func addOwnSeats(to printout: inout Printout) {
    let seats = view["can_decide"].members
    guard !seats.isEmpty else { return }
    let own = seats.filter { _, seat in
      !seat["reasons"].elements.contains { $0["code"].string == "role_not_held" }
    }
    printout.add(heading: "You")
    guard !own.isEmpty else {
      return printout.add(items: ["You hold none of the roles that sign this."])
    }
    printout.add(
      items: own.map { role, seat in
        if seat["allowed"].isTrue { return "\(role): you can sign" }
        let reasons = seat["reasons"].elements.map { $0["detail"].cell }
        return "\(role): no. " + reasons.joined(separator: " ")
      })
  }

  private func addStops(to printout: inout Printout) {
    // Until it is approved, the lack of a grant is no news.
    let blocking = view["blocking"].elements.filter { $0["code"].string != "no_grant" }
    guard !blocking.isEmpty else { return }
    printout.add(heading: "Stopped by")
    printout.add(items: ProposalText.reasons(blocking))
  }

  /// For each target the smaller of what is asked for and what the policy allows.
  private static func allowed(_ targets: [JSON], _ caps: [JSON]) -> Table {
    Table(
      [
        .prose("HOSTS"), .number("RPS"), .number("AT ONCE"), .number("A DAY"),
        .text("ZONE"), .prose("HOURS"),
      ],
      empty: "nothing",
      rows: targets.enumerated().map { index, target in
        let cap = caps.first { $0["target"].text == String(index) } ?? .null
        return [
          target["hosts"].joined(" ") ?? "-",
          pair(target["max_rps"], cap["granted"]["max_rps"]),
          pair(target["max_concurrency"], cap["max_concurrency"]),
          pair(target["daily_requests"], cap["granted"]["daily_requests"]),
          target["time_zone"].cell,
          Hours.granted(cap["windows"]),
        ]
      })
  }

  /// `0.5`, or `0.5 of 2` where the policy allows less than is asked for.
  private static func pair(_ asked: JSON, _ cap: JSON) -> String {
    let (wanted, most) = (Numbers.grouped(asked.cell), Numbers.grouped(cap.cell))
    return cap.isNull || wanted == most ? wanted : "\(most) of \(wanted)"
  }
}
