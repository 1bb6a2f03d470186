package import Domain
package import Postgres
import Store

/// The maintainer says that the crawl runs as it was approved; due every fourteen days.
package struct AttestGrant: Command {
  private let grant: GrantID
  private let input: Result<Void, InvalidBody>

  /// - Parameter input: that the call's body, which has no members, is one.
  package init(grant: GrantID, input: Result<Void, InvalidBody> = .success(())) {
    self.grant = grant
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Attestation {
    let found = try await act.lockedGrant(grant, in: tx)
    try input.get()
    let signer = try await act.signer(in: tx)
    let ruling = try found.standing.attested(
      by: signer, parties: try await act.parties(of: found, in: tx), actor: act.actor,
      at: act.now)
    try await GrantPeopleStore.record(ruling, in: tx)
    return ruling.subject
  }
}
