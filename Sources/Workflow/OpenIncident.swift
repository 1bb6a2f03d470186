package import Domain
import Ledger
package import Postgres
import Store

/// Somebody opens an incident: a complaint, a provider's notice, a finding of one's own.
package struct OpenIncident: Command {
  package struct Input: Hashable, Sendable {
    package let opening: IncidentOpening
    /// Nil: whoever opens it.
    package let owner: PersonID?

    package init(opening: IncidentOpening, owner: PersonID?) {
      self.opening = opening
      self.owner = owner
    }
  }

  private let input: Result<Input, InvalidBody>

  package init(input: Result<Input, InvalidBody>) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentView {
    let person = try act.person().person
    let input = try input.get()
    let opening = input.opening
    try OpenIncident.checkTimes(of: opening, at: act.now)
    try await act.check(input.owner, in: tx)
    if let follows = opening.follows,
      try await IncidentStore.find(.id(follows), in: tx) == nil
    {
      throw InvalidBody.unknown("follows", follows.text)
    }
    LockStore.waitLonger(in: tx)
    try await act.check(opening.links, in: tx)
    let links = try await act.widened(
      opening.links, since: opening.startedAt ?? opening.noticedAt ?? act.now, in: tx)
    let ruling = try Incident.opened(
      opening.with(links), owner: input.owner ?? person.id,
      taken: try await act.taken(links, besides: nil, in: tx),
      regards: try await act.regards(of: links, in: tx),
      policy: try await PolicyStore.active(in: tx)?.version,
      digest: Digest.sha256(of: Array(opening.summary.utf8)), person: person.id,
      by: act.actor, at: act.now)
    _ = try await IncidentStore.record(opened: ruling, in: tx)
    return try await act.view(of: .id(ruling.subject.id), in: tx)
  }

  /// It began before it was noticed, and that was before now.
  private static func checkTimes(
    of opening: IncidentOpening, at now: Timestamp
  ) throws(InvalidBody) {
    var errors: [FieldError] = []
    if let noticed = opening.noticedAt, noticed > now {
      errors.append(
        FieldError(.root.appending("noticed_at"), .outOfRange, "must not be in the future"))
    }
    if let started = opening.startedAt, started > opening.noticedAt ?? now {
      errors.append(
        FieldError(
          .root.appending("started_at"), .outOfRange, "must not be after noticed_at"))
    }
    if !errors.isEmpty { throw InvalidBody(errors: errors) }
  }
}

extension Act {
  /// An incident as it stands now, with everything.
  func view(
    of reference: IncidentReference, in tx: borrowing Transaction
  ) async throws -> IncidentView {
    guard let incident = try await IncidentStore.find(reference, in: tx) else {
      throw reference.missing
    }
    return try await IncidentView.whole(incident, at: now, in: tx)
  }

  /// Refuses an owner without an active account.
  func check(_ owner: PersonID?, in tx: borrowing Transaction) async throws {
    guard let owner else { return }
    guard try await PeopleStore.find(owner, in: tx)?.person.active == true else {
      throw InvalidBody.unknown("owner", owner.text)
    }
  }

  /// Refuses links to locks and grants that do not exist.
  func check(_ links: [IncidentLink], in tx: borrowing Transaction) async throws {
    let missing = try await IncidentStore.missing(among: links, in: tx)
    if missing.isEmpty { return }
    throw InvalidBody(
      errors: missing.map { link in
        FieldError(
          .root.appending(link.lock == nil ? "grants" : "locks"), .unknownID,
          "there is no \(link.id)")
      })
  }
}
