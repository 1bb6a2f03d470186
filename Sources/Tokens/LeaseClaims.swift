package import Domain

/// What a lease token says (budgets.md, Token).
package struct LeaseClaims: Hashable, Sendable {
  package var issuer: String
  /// Exactly one enforcement point.
  package var audience: String
  package var worker: WorkerID
  package var lease: LeaseID
  package var term: Int64
  /// Whole seconds; `expiresAt` is rounded down, so that a token never outlives its lease.
  package var issuedAt: Int64
  package var notBefore: Int64
  package var expiresAt: Int64
  package var proposal: ProposalID
  package var grant: GrantID
  package var digest: Digest
  package var hosts: [String]
  package var pathPrefixes: [String]
  package var methods: [String]
  package var rate: Rate
  package var burst: Int64
  package var concurrency: Int64
  package var quota: Int64
  package var day: LocalDate
  package var epoch: Int64

  package init(
    issuer: String, audience: String, worker: WorkerID, lease: LeaseID, term: Int64,
    issuedAt: Timestamp, expiresAt: Timestamp, proposal: ProposalID, grant: GrantID,
    digest: Digest, hosts: [String], pathPrefixes: [String], methods: [String], rate: Rate,
    burst: Int64, concurrency: Int64, quota: Int64, day: LocalDate, epoch: Int64
  ) {
    self.issuer = issuer
    self.audience = audience
    self.worker = worker
    self.lease = lease
    self.term = term
    self.issuedAt = issuedAt.seconds
    self.notBefore = issuedAt.seconds
    self.expiresAt = expiresAt.seconds
    self.proposal = proposal
    self.grant = grant
    self.digest = digest
    self.hosts = hosts
    self.pathPrefixes = pathPrefixes
    self.methods = methods
    self.rate = rate
    self.burst = burst
    self.concurrency = concurrency
    self.quota = quota
    self.day = day
    self.epoch = epoch
  }

  /// `lease.term`: one id for each signed term.
  package var tokenID: String { "\(lease).\(term)" }

  /// The members in the fixed order of budgets.md.
  package var json: JSON {
    [
      "iss": .string(issuer), "aud": .string(audience), "sub": JSON(worker),
      "jti": .string(tokenID), "lease": JSON(lease), "term": JSON(term),
      "iat": JSON(issuedAt), "nbf": JSON(notBefore), "exp": JSON(expiresAt),
      "proposal": JSON(proposal), "grant": JSON(grant), "digest": JSON(digest),
      "hosts": .array(hosts.map { .string($0) }),
      "paths": .array(pathPrefixes.map { .string($0) }),
      "methods": .array(methods.map { .string($0) }),
      "rate_urps": JSON(rate.microRPS), "interval_ns": JSON(rate.intervalNanoseconds ?? 0),
      "burst": JSON(burst), "concurrency": JSON(concurrency), "quota": JSON(quota),
      "day": JSON(day), "epoch": JSON(epoch),
    ]
  }
}

extension LeaseClaims {
  /// Reads the payload of a verified token; nil unless it is exactly what `json` prints.
  package init?(payload: [UInt8]) {
    let parsed: JSON
    do { parsed = try JSONParser.parse(payload, limits: .body) } catch { return nil }
    guard case .object(let members) = parsed else { return nil }
    let claims = Claims(members: members)
    guard let issuer = claims.text("iss"), let audience = claims.text("aud"),
      let worker = claims.text("sub").flatMap({ WorkerID($0) }),
      let lease = claims.text("lease").flatMap({ LeaseID($0) }), let term = claims.count("term"),
      let issuedAt = claims.count("iat"), let expiresAt = claims.count("exp"),
      let proposal = claims.text("proposal").flatMap({ ProposalID($0) }),
      let grant = claims.text("grant").flatMap({ GrantID($0) }),
      let digest = claims.text("digest").flatMap({ Digest($0) }),
      let hosts = claims.texts("hosts"), let paths = claims.texts("paths"),
      let methods = claims.texts("methods"), let rate = claims.count("rate_urps"),
      let burst = claims.count("burst"), let concurrency = claims.count("concurrency"),
      let quota = claims.count("quota"),
      let day = claims.text("day").flatMap({ LocalDate($0) }), let epoch = claims.count("epoch")
    else { return nil }
    self.init(
      issuer: issuer, audience: audience, worker: worker, lease: lease, term: term,
      issuedAt: Timestamp(microseconds: issuedAt * 1_000_000),
      expiresAt: Timestamp(microseconds: expiresAt * 1_000_000), proposal: proposal,
      grant: grant, digest: digest, hosts: hosts, pathPrefixes: paths, methods: methods,
      rate: Rate(microRPS: rate), burst: burst, concurrency: concurrency, quota: quota,
      day: day, epoch: epoch)
    // Whatever else stands there, another order or another spelling, is not ours.
    guard json.bytes() == payload else { return nil }
  }

  private struct Claims {
    let members: JSONObject

    func text(_ name: String) -> String? {
      if case .string(let text)? = members[name] { text } else { nil }
    }

    /// A whole number from 0 to 10¹²; nothing in a token is larger.
    func count(_ name: String) -> Int64? {
      guard case .number(let number)? = members[name], let value = number.int64,
        (0...1_000_000_000_000).contains(value)
      else { return nil }
      return value
    }

    func texts(_ name: String) -> [String]? {
      guard case .array(let values)? = members[name] else { return nil }
      var texts: [String] = []
      for value in values {
        guard case .string(let text) = value else { return nil }
        texts.append(text)
      }
      return texts
    }
  }
}
