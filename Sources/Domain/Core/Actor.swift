/// Who acts, how they proved it, and what they sent: what every log entry says of its cause.
package struct Actor: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    case person(PersonID)
    case pool(PoolID)
    case gateway(GatewayID)
    /// The service itself: bootstrap, deadlines.
    case service
  }

  package enum Method: String, Hashable, Sendable {
    case personalToken = "personal_token"
    case poolKey = "pool_key"
    case gatewayKey = "gateway_key"
    case enrolment
    case service
  }

  package let subject: Subject
  package let method: Method
  /// Id of the credential used (`tok_…` or `key_…`), where there is one.
  package let credential: String?
  package let request: RequestTrace?

  package init(
    subject: Subject, method: Method, credential: String?, request: RequestTrace?
  ) {
    self.subject = subject
    self.method = method
    self.credential = credential
    self.request = request
  }

  /// The id in the text form of the log: a TypeID, or `service`.
  package var id: String {
    switch subject {
    case .person(let id): id.text
    case .pool(let id): id.text
    case .gateway(let id): id.text
    case .service: "service"
    }
  }

  /// How strongly the actor is authenticated: `token` for any stored secret (lifecycle R7).
  package var level: String { method == .service ? "service" : "token" }

  package var person: PersonID? {
    if case .person(let id) = subject { id } else { nil }
  }
}

/// The call that caused an event, as the log keeps it; never its body or its credential.
package struct RequestTrace: Hashable, Sendable {
  package let id: String
  package let method: String
  package let path: String
  package let idempotencyKey: String?
  package let bodyDigest: Digest?

  package init(
    id: String, method: String, path: String, idempotencyKey: String?, bodyDigest: Digest?
  ) {
    self.id = id
    self.method = method
    self.path = path
    self.idempotencyKey = idempotencyKey
    self.bodyDigest = bodyDigest
  }
}
