/// Who issues the tokens and whose log it is: fixed in the database at the first start.
package struct ServiceIdentity: Hashable, Sendable {
  /// The `iss` of every token: the service's base URL.
  package let issuer: String
  /// The log's origin line (evidence.md).
  package let logName: String

  package init(issuer: String, logName: String) {
    self.issuer = issuer
    self.logName = logName
  }

  /// The first event of the log.
  package func started(by actor: Actor, at now: Timestamp) -> Ruling<ServiceIdentity> {
    Ruling(
      self,
      LogEntry(
        .serviceStarted, stream: .service, object: EventObject("service", logName), by: actor,
        at: now, detail: ["issuer": .string(issuer)]))
  }
}
