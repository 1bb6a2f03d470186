package import Domain
package import Postgres
import Store

/// A worker named hosts that only a pattern of the grant covers: their robots.txt is fetched, so
/// that a later try may have a lease.
package struct AskForRobots: Command {
  package let input: GrantLease.Input

  package init(input: GrantLease.Input) {
    self.input = input
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws {
    _ = try act.pool()
    let suffixes = act.service.suffixes
    guard
      let grant = try await GrantFactsStore.find(
        proposal: input.proposal, at: act.now, suffixes: suffixes, in: tx)?.grant,
      case .success(let budget) = grant.budgets.target(of: input.hosts, suffixes: suffixes)
    else { return }
    for host in input.hosts {
      DossierStore.request(
        host, forGrant: grant.facts.id, target: budget.target, at: act.now, in: tx)
    }
  }
}

extension Service {
  /// Has robots.txt fetched where a lease was refused for want of it.
  package func askForRobots(
    _ refusals: Refusals, of input: Result<GrantLease.Input, InvalidBody>, for caller: Caller
  ) async throws {
    guard let fetcher, case .success(let input) = input,
      refusals.all.contains(where: { refusal in
        guard case .blockToken(let rule, _) = refusal else { return false }
        return rule == GrantFacts.TokenBlock.robotsRule
      })
    else { return }
    let nothing = AnswerForm<Void>(
      accepted: { _ in StoredAnswer(status: 204, bytes: []) },
      refused: { _ in StoredAnswer(status: 409, bytes: []) })
    _ = try await perform(for: caller.withoutIdempotencyKey, storing: nothing) { _ in
      AskForRobots(input: input)
    }
    fetcher.wake()
  }
}
