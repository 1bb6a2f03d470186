/// What a lock stops.
package enum LockScope: Hashable, Sendable, CustomStringConvertible {
  case everything
  /// A host and everything under it, registered or not.
  case site(Host)
  case proposal(ProposalID)
  case grant(GrantID)
  case pool(PoolID)
  case worker(WorkerID)

  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case everything, site, proposal, grant, pool, worker
  }

  package var kind: Kind {
    switch self {
    case .everything: .everything
    case .site: .site
    case .proposal: .proposal
    case .grant: .grant
    case .pool: .pool
    case .worker: .worker
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
    }
  }

  package var description: String { id.map { "\(kind.rawValue) \($0)" } ?? kind.rawValue }

  /// Nil where the id is none of the kind's, is missing, or stands beside `everything`.
  package init?(_ kind: Kind, id: String?) {
    switch (kind, id) {
    case (.everything, nil): self = .everything
    case (.site, let id?):
      do { self = .site(try Host(id)) } catch { return nil }
    case (.proposal, let id?):
      guard let id = ProposalID(id) else { return nil }
      self = .proposal(id)
    case (.grant, let id?):
      guard let id = GrantID(id) else { return nil }
      self = .grant(id)
    case (.pool, let id?):
      guard let id = PoolID(id) else { return nil }
      self = .pool(id)
    case (.worker, let id?):
      guard let id = WorkerID(id) else { return nil }
      self = .worker(id)
    case (.everything, _?), (_, nil): return nil
    }
  }

  /// Who may place it: any active person, or for a site and everything the operator and those
  /// who decide.
  var roles: [Role]? {
    switch self {
    case .everything, .site: Lock.releasingRoles
    case .proposal, .grant, .pool, .worker: nil
    }
  }
}
