package import Domain
package import Postgres
import Store

/// The maintainer says that the crawl runs as it was approved; due every fourteen days.
package struct AttestGrant: Command {
  private let grant: GrantID

  package init(grant: GrantID) {
    self.grant = grant
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Attestation {
    let found = try await act.lockedGrant(grant, in: tx)
    let signer = try await act.signer(in: tx)
    let ruling = try found.standing.attested(
      by: signer, parties: try await act.parties(of: found, in: tx), actor: act.actor,
      at: act.now)
    try await GrantPeopleStore.record(ruling, in: tx)
    return ruling.subject
  }
}
