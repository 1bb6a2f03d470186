extension Lease {
  /// The chain once its enforcement point has seen a term and refuses those before: they take up
  /// nothing more. Of a term that is not the newest it says nothing that counts (budgets.md I8).
  package func acknowledged(term number: Int64) -> Lease {
    guard number == term.number, previous != nil else { return self }
    return Lease(
      id: id, grant: grant, budget: budget, pool: pool, worker: worker,
      enforcementPoint: enforcementPoint, credential: credential, hosts: hosts,
      buildDigest: buildDigest, startedAt: startedAt, term: term, previous: nil, wish: wish,
      ended: ended)
  }
}
