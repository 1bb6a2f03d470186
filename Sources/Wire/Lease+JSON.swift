package import Domain

extension Lease {
  /// The `lease` of an answer to its holder.
  ///
  /// - Parameters:
  ///   - evidence: `recorded`, `checkpointed` or `anchored`.
  ///   - now: what `expires_in_ms` and `renew_in_ms` count from.
  package func heldJSON(pathPrefixes: [String], evidence: String, at now: Timestamp) -> JSON {
    let portion = term.portion
    var members: JSONObject = [
      "id": JSON(id), "term": JSON(term.number), "rps": JSON(portion.rate),
      "interval_ns": JSON(portion.rate.intervalNanoseconds ?? 0),
      "burst": JSON(portion.burst), "max_concurrency": JSON(portion.concurrency),
      "quota": JSON(term.quota), "hosts": hostsJSON,
      "path_prefixes": .array(pathPrefixes.map { .string($0) }),
      "issued_at": JSON(term.issuedAt), "expires_at": JSON(term.expiresAt),
      "expires_in_ms": JSON(milliseconds(from: now, to: term.expiresAt)),
      "renew_in_ms": JSON(milliseconds(from: now, to: term.renewAt(of: id))),
      "enforcement_point": .string(enforcementPoint.audience), "evidence": .string(evidence),
    ]
    members["not_before"] = notBefore.map { JSON($0) }
    return .object(members)
  }

  fileprivate var hostsJSON: JSON { .array(hosts.map { .string($0.text) }) }

  /// Rounded down, so that nobody counts longer than the term lasts.
  private func milliseconds(from now: Timestamp, to instant: Timestamp) -> Int64 {
    max(0, instant.microseconds(since: now).floored(by: 1_000))
  }
}

extension LeaseView {
  /// A lease in a list; the token is not among it.
  package func json(at now: Timestamp) -> JSON {
    let (term, portion) = (lease.term, lease.term.portion)
    return [
      "id": JSON(lease.id), "proposal": JSON(proposal), "grant": JSON(lease.grant),
      "budget": JSON(lease.budget), "pool": JSON(lease.pool),
      "worker": ["id": JSON(lease.worker), "name": .string(workerName)],
      "status": .string(lease.state(at: now).rawValue), "term": JSON(term.number),
      "rps": JSON(portion.rate), "burst": JSON(portion.burst),
      "max_concurrency": JSON(portion.concurrency), "quota": JSON(term.quota),
      "hosts": lease.hostsJSON,
      "enforcement_point": .string(lease.enforcementPoint.audience),
      "started_at": JSON(lease.startedAt), "issued_at": JSON(term.issuedAt),
      "expires_at": JSON(term.expiresAt), "frees_at": JSON(lease.freesAt),
    ]
  }
}
