package import Curl
package import Domain
package import Postgres
package import Workflow

/// Sends one event to one webhook.
package struct WebhookDelivery: JobHandler {
  /// What an attempt found, outside the database.
  package enum Found: Sendable {
    case attempt(DeliveryAttempt)
    /// There was nothing to send.
    case nothing(String)
  }

  /// Sends a request to a checked address, and follows no redirect.
  package typealias Send = @Sendable (FetchRequest) async -> Result<FetchResponse, FetchError>

  /// How long a receiver may take (Standard Webhooks: 15 to 30 s).
  static let totalMilliseconds = 15_000
  static let connectMilliseconds = 5_000
  /// What of an answer is read: nobody looks at it.
  static let answerBytesMax = 64 * 1024

  package let kind = JobKind.webhookDelivery
  package let backOff = Webhook.backOff
  private let service: Service
  private let userAgent: String
  private let send: Send

  package init(service: Service, userAgent: String, send: @escaping Send) {
    self.service = service
    self.userAgent = userAgent
    self.send = send
  }

  package func work(on job: Job) async throws -> Found {
    let (webhook, event) = try Self.names(in: job)
    let composed = try await service.performUnauthenticated(
      ComposeMessage(webhook: webhook, event: event), method: .service, trace: nil)
    guard case .message(let message) = composed else {
      if case .none(let why) = composed { return .nothing(why) }
      return .nothing("")
    }
    let began = ContinuousClock.now
    let outcome = await send(request(message))
    let milliseconds = began.duration(to: .now).milliseconds
    let at = Timestamp(microseconds: message.seconds * 1_000_000)
    switch outcome {
    case .success(let response):
      return .attempt(
        DeliveryAttempt(
          at: at, milliseconds: milliseconds, status: response.status, error: nil))
    case .failure(.tooLarge):
      // It has answered, at too great a length: the status is not known.
      return .attempt(
        DeliveryAttempt(
          at: at, milliseconds: milliseconds, status: nil, error: "the answer is too long"))
    case .failure(let error):
      return .attempt(
        DeliveryAttempt(
          at: at, milliseconds: milliseconds, status: nil, error: error.description))
    }
  }

  package func settle(
    _ found: Found, of job: Job, next: Timestamp?, by act: Act, in tx: borrowing Transaction
  ) async throws -> JobEnding {
    switch found {
    case .nothing(let why): return .failed(error: why)
    case .attempt(let attempt):
      let (webhook, event) = try Self.names(in: job)
      return try await SettleDelivery.settle(
        attempt, to: webhook, of: event, next: next, by: act, in: tx)
    }
  }

  private func request(_ message: WebhookMessage) -> FetchRequest {
    var request = FetchRequest(
      method: "POST", url: message.url,
      fields: message.fields.map { FetchField(name: $0.name, value: $0.value) }
        + [FetchField(name: "user-agent", value: userAgent)],
      body: message.body)
    request.connectMilliseconds = Self.connectMilliseconds
    request.totalMilliseconds = Self.totalMilliseconds
    request.contentBytesMax = Self.answerBytesMax
    return request
  }

  /// The key of a job is `<webhook> <event>`.
  private static func names(in job: Job) throws -> (WebhookID, EventID) {
    let words = job.key.split(separator: " ").map(String.init)
    guard words.count == 2, let webhook = WebhookID(words[0]), let event = EventID(words[1])
    else { throw BadKey(key: job.key) }
    return (webhook, event)
  }

  private struct BadKey: Error {
    let key: String
  }
}

extension Duration {
  fileprivate var milliseconds: Int64 {
    components.seconds * 1_000 + components.attoseconds / 1_000_000_000_000_000
  }
}
