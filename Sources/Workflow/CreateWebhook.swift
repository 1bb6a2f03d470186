package import Domain
package import Postgres
import Store
package import Tokens

/// An administrator or operator has events sent to a URL.
package struct CreateWebhook: Command {
  package struct Input: Sendable {
    package let url: String
    /// Of the URL, for the log.
    package let host: String
    package let eventTypes: [EventPattern]

    package init(url: String, host: String, eventTypes: [EventPattern]) {
      self.url = url
      self.host = host
      self.eventTypes = eventTypes
    }
  }

  package struct Output: Sendable {
    package let webhook: Webhook
    package let secret: WebhookSecret
  }

  private let input: Result<Input, InvalidBody>
  private let refusal: Refusal?

  /// - Parameter refusal: why nothing may be sent to the URL, if so.
  package init(input: Result<Input, InvalidBody>, refusal: Refusal?) {
    self.input = input
    self.refusal = refusal
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    let (person, role) = try act.webhookKeeper()
    let input = try input.get()
    if let refusal { throw Refusals(refusal) }
    guard try await WebhookStore.countActive(in: tx) < Webhook.activeMax else {
      throw Refusals(.webhooksMax(Webhook.activeMax))
    }
    let secret = WebhookSecret.make()
    let ruling = Webhook.created(
      url: input.url, host: input.host, eventTypes: input.eventTypes, person: person, role: role,
      by: act.actor, at: act.now)
    try await WebhookStore.record(
      ruling, { try act.service.settings.sealed(secret.bytes, for: $0.text) }, in: tx)
    return Output(webhook: ruling.subject, secret: secret)
  }
}

extension Service.Settings {
  /// A secret as it is kept: sealed where there is a key.
  func sealed(_ bytes: [UInt8], for purpose: String) throws -> WebhookStore.KeptSecret {
    guard let sealingKey else { return .init(bytes: bytes, sealedBy: nil) }
    return .init(
      bytes: try sealingKey.sealed(bytes, for: purpose), sealedBy: sealingKey.name)
  }

  /// Nil when it was sealed by another key than this replica has.
  func opened(_ kept: WebhookStore.KeptSecret, for purpose: String) throws -> [UInt8]? {
    guard let name = kept.sealedBy else { return kept.bytes }
    guard let sealingKey, sealingKey.name == name else { return nil }
    return try sealingKey.opened(kept.bytes, for: purpose)
  }
}

extension Act {
  /// Who may make, delete and replay webhooks, and as what.
  func webhookKeeper() throws(Refusals) -> (person: PersonID, role: Role) {
    let (person, roles) = try person(holding: Webhook.keepers)
    return (person.id, Webhook.keepers.first(where: roles.contains) ?? .administrator)
  }
}
