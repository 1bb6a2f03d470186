package import Domain
package import Postgres
import Store

/// A part in a grant passes on: somebody who answers for it offers, the successor makes the same
/// call and accepts.
package struct HandOverGrant: Command {
  package struct Input: Hashable, Sendable {
    package let part: Handover.Part
    package let to: PersonID

    package init(part: Handover.Part, to: PersonID) {
      self.part = part
      self.to = to
    }
  }

  private let grant: GrantID
  private let input: Result<Input, InvalidBody>

  package init(grant: GrantID, input: Result<Input, InvalidBody>) {
    self.grant = grant
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Handover {
    let found = try await act.lockedGrant(grant, in: tx)
    let input = try input.get()
    let signer = try await act.signer(in: tx)
    try await SignerStore.lockSigners(of: found.standing.proposal, and: input.to, in: tx)
    let parties = try await act.parties(of: found, in: tx)
    let succession = try await succession(input, of: found, parties: parties, in: tx)
    let ruling: Ruling<Handover>
    if signer.person == input.to {
      let offer = try await GrantPeopleStore.offer(
        of: input.part, in: grant, to: input.to, in: tx)
      ruling = try found.standing.accepted(offer, succession, actor: act.actor, at: act.now)
    } else {
      ruling = try found.standing.offered(
        succession, by: signer, parties: parties, actor: act.actor, at: act.now)
    }
    try await GrantPeopleStore.record(ruling, in: tx)
    return ruling.subject
  }

  private func succession(
    _ input: Input, of grant: GrantRecord, parties: Parties, in tx: borrowing Transaction
  ) async throws -> Succession {
    guard let successor = try await SignerStore.find([input.to], in: tx)[input.to] else {
      throw InvalidBody.unknown("to", input.to.text)
    }
    let holder: PersonID
    let counterpart: PersonID?
    switch input.part {
    case .owner: (holder, counterpart) = (grant.holders.owner, parties.deputy)
    case .deputy: (holder, counterpart) = (grant.holders.deputy, parties.owner)
    case .maintainer: (holder, counterpart) = (grant.holders.maintainer, nil)
    }
    return Succession(
      part: input.part, holder: holder, successor: successor,
      signers: try await GrantPeopleStore.signers(of: grant.round, in: tx),
      counterpart: counterpart)
  }
}
