package import Domain
import Ledger
package import Postgres
package import Store

/// What a fetcher has brought becomes part of the dossier; robots.txt decides at once what
/// leases may be had.
package struct RecordDossier: Command {
  package enum Part: Sendable {
    case robots(DossierItem)
    /// Everything else, once.
    case rest([DossierItem])
  }

  private let claim: DossierStore.Claim
  private let part: Part

  package init(claim: DossierStore.Claim, _ part: Part) {
    self.claim = claim
    self.part = part
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    let (revision, content) = try await act.revision(of: claim, in: tx)
    switch part {
    case .robots(let item):
      let answer = RobotsAnswer(item.answer)
      let numbers = try await record([item], for: revision, by: act, in: tx)
      let plan = DossierPlan(of: claim.host, in: content, suffixes: act.service.suffixes)
      DossierStore.set(
        plan.standings(answer, in: content, on: act.now.utcDate), of: revision.id,
        item: numbers[0], at: act.now, in: tx)
      if let round = try await ReassessmentStore.openRound(of: revision.id, at: act.now, in: tx) {
        JobStore.enqueue(
          .reassess(round, after: "item \(numbers[0])", at: act.now), at: act.now, in: tx)
      }
      let seconds = DossierPlan.secondsToNext(after: answer, attempt: claim.attempt)
      DossierStore.release(
        claim.host, of: revision.id, dueAt: act.now.adding(seconds: seconds),
        .goingOn(answered: !answer.isUnreachable), in: tx)
    case .rest(let items):
      if !items.isEmpty {
        _ = try await record(items, for: revision, by: act, in: tx)
      }
      DossierStore.release(
        claim.host, of: revision.id, dueAt: act.now.adding(seconds: 86_400), .completed, in: tx)
    }
  }

  private func record(
    _ items: [DossierItem], for revision: RevisionRecord, by act: Act,
    in tx: borrowing Transaction
  ) async throws -> [Int64] {
    let hashed = try items.map { item in
      let content = Digest.sha256(of: item.answer.content)
      let bytes = try item.record(content: content).canonicalBytes()
      return HashedItem(
        item: item, record: ContentBytes(bytes: bytes, digest: Digest.sha256(of: bytes)),
        content: content)
    }
    return try await DossierStore.record(
      DossierEntry.recorded(
        hashed, of: claim.host, for: revision, by: act.actor, at: act.now), in: tx)
  }
}

extension RobotsAnswer {
  fileprivate var isUnreachable: Bool {
    if case .unreachable = self { true } else { false }
  }
}
