package import Domain
package import Postgres
import Store
import Tokens

/// Writes the message of one delivery (Standard Webhooks): what happened, to what, by whom.
package struct ComposeMessage: Command {
  package enum Output: Sendable {
    case message(WebhookMessage)
    /// There is nothing to send; says why.
    case none(String)
  }

  private let webhook: WebhookID
  private let event: EventID

  package init(webhook: WebhookID, event: EventID) {
    self.webhook = webhook
    self.event = event
  }

  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Output {
    guard let scene = try await DeliveryStore.scene(webhook, event, in: tx) else {
      return .none("there is no such delivery")
    }
    if scene.webhook.ended != nil { return .none("the webhook is \(scene.webhook.status)") }
    guard let kept = try await WebhookStore.secret(of: webhook, in: tx),
      let bytes = try act.service.settings.opened(kept, for: webhook.text),
      let secret = WebhookSecret(bytes: bytes)
    else { throw SecretSealed(webhook: webhook) }
    let body = try scene.json().bytes()
    let seconds = act.now.seconds
    return .message(
      WebhookMessage(
        url: scene.webhook.url, id: event.text, seconds: seconds, body: body,
        signature: secret.signature(id: event.text, seconds: seconds, body: body)))
  }
}

/// The secret was sealed by a key that this replica does not have.
struct SecretSealed: Error, CustomStringConvertible {
  let webhook: WebhookID

  var description: String {
    "the secret of \(webhook) was sealed by another key than COUNTERSIGN_SEALING_KEY"
  }
}

/// A message ready to be sent.
package struct WebhookMessage: Hashable, Sendable {
  package let url: String
  /// The event's id: the same in every attempt, so that a receiver knows a message it has had.
  package let id: String
  /// When this attempt was signed.
  package let seconds: Int64
  package let body: [UInt8]
  package let signature: String

  /// The fields of Standard Webhooks.
  package var fields: [(name: String, value: String)] {
    [
      ("webhook-id", id), ("webhook-timestamp", String(seconds)),
      ("webhook-signature", signature), ("content-type", "application/json"),
    ]
  }
}

extension DeliveryStore.Scene {
  /// `{type, timestamp, data: {event, actor, object, proposal, detail, link}}`.
  fileprivate func json() throws -> JSON {
    let parsed = try JSONParser.parse(event)
    guard case .object(let members) = parsed, case .object(let object)? = members["object"],
      case .object(let acting)? = members["actor"]
    else { preconditionFailure("an event has an object and an actor") }
    var subject: JSONObject = ["type": object["type"] ?? .null, "id": object["id"] ?? .null]
    subject["revision"] = object["revision"]
    if case .string(let hex)? = object["sha256"] { subject["digest"] = .string("sha256:" + hex) }
    var whole: JSONObject = [
      "event": members["event_id"] ?? .null,
      "actor": [
        "id": acting["id"] ?? .null, "name": JSON(orNull: actorName),
        "role": acting["role"] ?? .null,
        "roles": .array(actorRoles.map { .string($0.rawValue) }),
      ],
      "object": .object(subject),
    ]
    whole["proposal"] = proposal.map {
      ["id": JSON($0.id), "number": JSON($0.number), "title": .string($0.title)]
    }
    whole["detail"] = members["detail"]
    whole["link"] = JSON(orNull: Self.link(to: subject))
    return [
      "type": members["type"] ?? .null, "timestamp": members["recorded_at"] ?? .null,
      "data": .object(whole),
    ]
  }

  /// The path of the object in the API; nil where it has none of its own.
  private static func link(to object: JSONObject) -> String? {
    guard case .string(let type)? = object["type"], case .string(let id)? = object["id"] else {
      return nil
    }
    return switch type {
    case "proposal": "/v1/proposals/\(id)"
    case "grant": "/v1/grants/\(id)"
    case "lease": "/v1/leases/\(id)"
    case "person": "/v1/people/\(id)"
    case "site": "/v1/sites/\(id)"
    case "lock": "/v1/locks/\(id)/propagation"
    case "incident": "/v1/incidents/\(id)"
    case "file": "/v1/files/\(id)"
    case "webhook": "/v1/webhooks/\(id)"
    default: nil
    }
  }
}
