/// What a stop makes tokens void for.
package enum EpochScope: Hashable, Sendable {
  case everything
  /// A host and everything under it, with the aliases of the sites there.
  case site(Host)
  case proposal(ProposalID)
  case grant(GrantID)
  /// Tokens name no pool: those of every grant that the pool is in. Whoever else works under such
  /// a grant renews and goes on.
  case pool(PoolID)
  case worker(WorkerID)
  /// A budget on one of its hosts and what is under it, or on all of them.
  case budget(BudgetID, on: Host?)

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case everything, site, proposal, grant, pool, worker, budget
  }

  package init(_ lock: LockScope) {
    self =
      switch lock {
      case .everything: .everything
      case .site(let host): .site(host)
      case .proposal(let id): .proposal(id)
      case .grant(let id): .grant(id)
      case .pool(let id): .pool(id)
      case .worker(let id): .worker(id)
      }
  }

  package var kind: Kind {
    switch self {
    case .everything: .everything
    case .site: .site
    case .proposal: .proposal
    case .grant: .grant
    case .pool: .pool
    case .worker: .worker
    case .budget: .budget
    }
  }

  /// Nil for everything; a site's is its host.
  package var id: String? {
    switch self {
    case .everything: nil
    case .site(let host): host.text
    case .proposal(let id): id.text
    case .grant(let id): id.text
    case .pool(let id): id.text
    case .worker(let id): id.text
    case .budget(let id, _): id.text
    }
  }

  /// The host that it is confined to, or begins at.
  package var host: Host? {
    switch self {
    case .site(let host): host
    case .budget(_, let host): host
    case .everything, .proposal, .grant, .pool, .worker: nil
    }
  }
}
