import Domain
import Postgres
import Store

extension Act {
  /// Queues what is to be fetched for a new revision, unless fetching is switched off.
  func requestDossier(of revision: Revision, in tx: borrowing Transaction) {
    guard service.fetcher != nil else { return }
    DossierStore.request(
      RobotsStanding.pending(of: revision.content), for: revision.id, at: now, in: tx)
  }

  /// The same for a revision that was made while fetching was switched off.
  func requestDossier(
    ofUnasked revision: RevisionID, _ content: ProposalContent, in tx: borrowing Transaction
  ) async throws {
    guard service.fetcher != nil,
      try await DossierStore.standings(of: revision, in: tx).isEmpty
    else { return }
    DossierStore.request(RobotsStanding.pending(of: content), for: revision, at: now, in: tx)
  }
}
