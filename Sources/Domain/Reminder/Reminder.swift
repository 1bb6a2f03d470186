/// What somebody is reminded of, once for each mark (lifecycle R13, R15).
package struct Reminder: Hashable, Sendable, CustomStringConvertible {
  /// Why now.
  package enum Mark: String, Hashable, Sendable, CaseIterable {
    /// Half of the time to respond is over, and a seat is open.
    case respondHalf = "respond_50"
    /// Four fifths of it are.
    case respondLate = "respond_80"
    /// The round lapses within a day.
    case decideSoon = "decide_soon"
    /// The grant ends within a week.
    case grantEnds = "grant_ends"
    /// The maintainer is to attest within a day, or was to.
    case attestationDue = "attestation_due"
  }

  /// A round's or a grant's id.
  package let object: String
  package let proposal: ProposalID
  package let mark: Mark
  /// The mark, and what makes it another time of a mark that comes again: `attestation_due 2`.
  package let key: String

  /// Nil for a key of no mark.
  package init?(object: String, proposal: ProposalID, key: String) {
    guard let mark = Mark(rawValue: String(key.prefix { $0 != " " })) else { return nil }
    self.object = object
    self.proposal = proposal
    self.mark = mark
    self.key = key
  }

  package var description: String { "\(object) \(key)" }

  /// How long before the end of a round or of a grant somebody is reminded of it; half of the
  /// time where that is shorter.
  package static let decideSoonSeconds: Int64 = 86_400
  package static let grantEndsSeconds: Int64 = 7 * 86_400
  /// How long before an attestation is due the maintainer is reminded of it.
  package static let attestSoonSeconds: Int64 = 86_400
}

extension Review {
  /// The reminder of the round that waits for signatures; nil when it waits for none.
  package func reminded(
    _ reminder: Reminder, by actor: Actor, at now: Timestamp
  ) -> Ruling<Reminder>? {
    guard let round, round.id.text == reminder.object, round.status(at: now) == .inReview else {
      return nil
    }
    let open = round.seats.filter { approval(of: $0) == nil }
    guard !open.isEmpty else { return nil }
    var detail: JSONObject = ["seats": .array(open.map { .string($0.rawValue) })]
    switch reminder.mark {
    case .respondHalf, .respondLate:
      detail["respond_by"] = JSON(round.respondBy)
      detail["percent"] = JSON(reminder.mark == .respondHalf ? 50 : 80)
    case .decideSoon: detail["decide_by"] = JSON(round.decideBy)
    case .grantEnds, .attestationDue: return nil
    }
    return Ruling(
      reminder,
      round.entry(
        reminder.mark == .decideSoon ? .reminderDecisionDue : .reminderSeatOpen, by: actor,
        at: now, detail: detail))
  }
}

extension GrantStanding {
  /// The reminder that the grant ends soon or is to be attested; nil when that is over.
  package func reminded(
    _ reminder: Reminder, by actor: Actor, at now: Timestamp
  ) -> Ruling<Reminder>? {
    guard reminder.object == id.text, state(at: now).isStanding else { return nil }
    var detail: JSONObject = ["proposal": JSON(proposal)]
    switch reminder.mark {
    case .respondHalf, .respondLate, .decideSoon: return nil
    case .grantEnds: detail["ends_at"] = JSON(endsAt)
    case .attestationDue:
      guard let due = instants.nextAttestationDue,
        now >= due.adding(seconds: -Reminder.attestSoonSeconds)
      else { return nil }
      detail["next_due"] = JSON(due)
    }
    return Ruling(
      reminder,
      LogEntry(
        reminder.mark == .grantEnds ? .reminderGrantEnding : .reminderAttestationDue,
        stream: StreamID(id), object: EventObject("grant", id.text, digest: digest), by: actor,
        at: now, detail: detail))
  }
}
