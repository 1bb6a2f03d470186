import Domain
import Postgres
import Store

extension Service {
  /// Renewals of leases of one budget, each of another lease, in one transaction; what became of
  /// each, in their order.
  ///
  /// Those behind a breaker that opens are told to go alone, and so are all where the database said
  /// no to what they did together: then each hears for itself what is wrong with it.
  func renewTogether(_ calls: [RenewalQueue.Call]) async -> [RenewalQueue.Verdict] {
    do {
      return try await database.transaction(lane: .bulk) {
        (tx: borrowing Transaction) async throws -> [RenewalQueue.Verdict] in
        try await self.renewTogether(calls, in: tx)
      }
    } catch let error as DatabaseError
      where error.isUnavailable && (error.state == nil || error.state == .lockNotAvailable)
    {
      // There was no connection, it broke, or the rows were not to be had: nobody would have fared
      // better alone.
      return calls.map { _ in .done(.failure(CallFailure(error))) }
    } catch {
      return calls.map { _ in .alone }
    }
  }

  private func renewTogether(
    _ calls: [RenewalQueue.Call], in tx: borrowing Transaction
  ) async throws -> [RenewalQueue.Verdict] {
    ScopeStore.prepareToLock(in: tx)
    let hashes = Array(Set(calls.map(\.caller.secretHash)))
    let answers = try await tx.query(
      hashes.map(CredentialStore.selecting) + LeaseContextStore.statements(calls.map(\.lease)))
    let credentials = Dictionary(
      uniqueKeysWithValues: zip(hashes, try answers.dropLast(2).map(CredentialStore.credential)))
    let contexts = try LeaseContextStore.contexts(answers.suffix(2), suffixes: suffixes)
    var verdicts: [RenewalQueue.Verdict] = []
    var (places, members): ([Int], [RenewalBatch.Member]) = ([], [])
    for (place, call) in calls.enumerated() {
      do {
        let act = try act(of: call.caller, with: credentials[call.caller.secretHash] ?? nil)
        let member = try member(try call.command(act), by: act, in: contexts)
        verdicts.append(.alone)
        let budget = (members.first ?? member).context.budget.id
        if member.context.budget.id == budget {
          places.append(place)
          members.append(member)
        }
      } catch {
        verdicts.append(.done(.failure(error)))
      }
    }
    guard !members.isEmpty else { return verdicts }
    let outcomes = try await RenewalBatch(members: members).run(in: tx)
    for ((place, member), outcome) in zip(zip(places, members), outcomes) {
      verdicts[place] = .done(outcome.mapError { ($0 as? KeptRefusals)?.refusals ?? $0 })
      if case .failure(let error) = outcome { member.act.count(error) }
    }
    return verdicts
  }

  /// As `RenewLease.run` does it: who may (403), what about (404), then what is asked (400).
  private func member(
    _ command: RenewLease, by act: Act, in contexts: [LeaseID: LeaseContext]
  ) throws -> RenewalBatch.Member {
    _ = try act.pool()
    guard let context = contexts[command.lease] else {
      throw Refusals(.notFound(kind: "lease", id: command.lease.text))
    }
    return try RenewalBatch.Member(try command.input.get(), by: act, in: context)
  }
}
