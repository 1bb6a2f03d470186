/// A public key of a replica, as every replica publishes it.
package struct PublishedKey: Hashable, Sendable {
  /// RFC 7638 thumbprint.
  package let kid: String
  /// `ES256` or `EdDSA`.
  package let algorithm: String
  package let jwk: JSON
  /// From then on it is published.
  package let registeredAt: Timestamp
  /// From then on tokens may be signed with it.
  package let signsFrom: Timestamp
  /// Nil: it may sign for as long as its replica wishes.
  package let retirement: Retirement?

  /// The end of a key.
  package struct Retirement: Hashable, Sendable {
    /// From then on no replica signs with it.
    package let at: Timestamp
    /// From then on no token of it is genuine.
    package let publishedUntil: Timestamp

    package init(at: Timestamp, publishedUntil: Timestamp) {
      self.at = at
      self.publishedUntil = publishedUntil
    }
  }

  /// Why a key retires.
  package enum RetirementCause: String, Hashable, Sendable {
    /// Another one signs instead, or its replica is gone: its last tokens stay genuine.
    case replaced
    /// Somebody else may have it: nothing it signed is believed any more.
    case compromised
  }

  package init(
    kid: String, algorithm: String, jwk: JSON, registeredAt: Timestamp, signsFrom: Timestamp,
    retirement: Retirement? = nil
  ) {
    self.kid = kid
    self.algorithm = algorithm
    self.jwk = jwk
    self.registeredAt = registeredAt
    self.signsFrom = signsFrom
    self.retirement = retirement
  }

  /// Whether verifiers find it among the published keys.
  package func isPublished(at now: Timestamp) -> Bool {
    retirement.map { now < $0.publishedUntil } ?? true
  }

  /// Whether a replica that has its private half may sign with it.
  package func maySign(at now: Timestamp) -> Bool { retirement == nil && signsFrom <= now }

  /// A key that is published from now on.
  ///
  /// - Parameter beside: the keys that are published already. The first of all signs at once:
  ///   nobody has fetched a set without it that could verify anything.
  package static func registered(
    kid: String, algorithm: String, jwk: JSON, beside: [PublishedKey], as plan: KeyPlan,
    by actor: Actor, at now: Timestamp
  ) -> Ruling<PublishedKey> {
    let isFirst = !beside.contains { $0.isPublished(at: now) }
    let key = PublishedKey(
      kid: kid, algorithm: algorithm, jwk: jwk, registeredAt: now,
      signsFrom: isFirst ? now : now.adding(seconds: plan.announcedSeconds))
    return Ruling(
      key,
      LogEntry(
        .signingKeyRegistered, stream: .service, object: EventObject("signing_key", kid),
        by: actor, at: now,
        detail: [
          "algorithm": .string(algorithm), "jwk": jwk, "signs_from": JSON(key.signsFrom),
        ]))
  }

  /// The key, which signs no more; nil when it has retired so far already.
  package func retired(
    _ cause: RetirementCause, by actor: Actor, at now: Timestamp
  ) -> Ruling<PublishedKey>? {
    let end =
      switch cause {
      case .replaced: now.adding(seconds: KeyPlan.lastTokenSeconds)
      case .compromised: now
      }
    if let retirement, retirement.publishedUntil <= end { return nil }
    let key = PublishedKey(
      kid: kid, algorithm: algorithm, jwk: jwk, registeredAt: registeredAt, signsFrom: signsFrom,
      retirement: Retirement(at: retirement?.at ?? now, publishedUntil: end))
    return Ruling(
      key,
      LogEntry(
        .signingKeyRetired, stream: .service, object: EventObject("signing_key", kid),
        by: actor, at: now,
        detail: ["cause": .string(cause.rawValue), "published_until": JSON(end)]))
  }
}
