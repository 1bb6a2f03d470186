package import Domain
import Ledger
package import Postgres
import Store

/// Somebody writes down what was found, suffered, done or mended.
package struct AddIncidentEntry: Command {
  package struct Input: Hashable, Sendable {
    package let stage: Incident.Stage
    package let note: String
    package let meets: [String]
    package let impact: IncidentImpact?

    package init(
      stage: Incident.Stage, note: String, meets: [String] = [], impact: IncidentImpact? = nil
    ) {
      self.stage = stage
      self.note = note
      self.meets = meets
      self.impact = impact
    }
  }

  private let incident: IncidentReference
  private let input: Result<Input, InvalidBody>

  package init(incident: IncidentReference, input: Result<Input, InvalidBody>) {
    self.incident = incident
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentEntry {
    LockStore.waitLonger(in: tx)
    guard try await IncidentStore.find(incident, in: tx) != nil else { throw incident.missing }
    let input = try input.get()
    let person = try act.person().person
    if let impact = input.impact {
      guard impact.span.to <= act.now else {
        throw InvalidBody(errors: [
          FieldError(
            .root.appending("impact").appending("to"), .outOfRange, "must not be in the future")
        ])
      }
      try await act.link(incident, to: [.site(impact.site)], in: tx)
    }
    guard let found = try await IncidentStore.lock(incident, in: tx) else {
      throw incident.missing
    }
    let policy = try await IncidentView(found, at: act.now, in: tx).policy
    let clocks = found.clocks(of: policy)
    try AddIncidentEntry.check(input.meets, among: clocks)
    var impact = input.impact
    if let stated = impact {
      impact = stated.with(
        try await OutageStore.sent(
          to: stated.site, in: stated.span, under: found.grants, in: tx))
    }
    let ruling = try found.adding(
      input.stage, note: input.note, meets: input.meets, impact: impact, clocks: clocks,
      digest: Digest.sha256(of: Array(input.note.utf8)), person: person.id, by: act.actor,
      at: act.now)
    try await IncidentStore.record(ruling, in: tx)
    return ruling.subject.entry
  }

  private static func check(
    _ meets: [String], among clocks: [IncidentClock]
  ) throws(InvalidBody) {
    let known = clocks.map(\.name)
    let errors = meets.enumerated().filter { !known.contains($0.element) }.map { index, name in
      FieldError(
        .root.appending("meets").appending(index), .unknownID,
        known.isEmpty
          ? "no clock runs in this incident"
          : "the clocks of this incident are \(known.joined(separator: ", "))")
    }
    if !errors.isEmpty { throw InvalidBody(errors: errors) }
  }
}
