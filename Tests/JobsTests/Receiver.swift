import CountersignTesting
import Curl
import Domain
import Jobs
import Postgres
import Reactor
import Store
import Synchronization
import Testing
import Tokens
import Workflow

/// A webhook's receiver, which keeps what it is sent and answers as it is told.
final class Receiver: Sendable {
  struct Message: Sendable {
    let fields: [String: String]
    let body: [UInt8]

    var id: String { fields["webhook-id"] ?? "" }
  }

  private let site: LocalSite
  private let messages: Messages

  private final class Messages: Sendable {
    let all = Mutex<[Message]>([])
    let status = Mutex<Int>(204)
  }

  init() throws {
    let messages = Messages()
    self.messages = messages
    site = try LocalSite { visit in
      let body = visit.content()
      var fields: [String: String] = [:]
      for line in visit.head.split(separator: "\r\n").dropFirst() {
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        if parts.count == 2 { fields[parts[0].lowercased()] = String(parts[1].dropFirst()) }
      }
      messages.all.withLock { $0.append(Message(fields: fields, body: body)) }
      visit.answer(messages.status.withLock { $0 })
    }
  }

  var url: String { "http://\(site.authority)/hook" }
  var authority: String { site.authority }
  var all: [Message] { messages.all.withLock { $0 } }

  func answer(with status: Int) { messages.status.withLock { $0 = status } }
}

/// A review with a receiver of its events.
struct WebhookScene: Sendable {
  let review: ReviewScene
  let clock: ManualClock
  let start: Timestamp
  let operatorPerson: TestPerson
  let receiver: Receiver
  let runner: JobRunner

  static func with(
    permitting permitted: Bool = true, _ body: (WebhookScene) async throws -> Void
  ) async throws {
    try await ReviewScene.with { review, clock in
      let start = try await review.service.time().now
      clock.set(to: start)
      let receiver = try Receiver()
      let hosts = permitted ? [PermittedHost(receiver.authority)].compactMap(\.self) : []
      let fetcher = GuardedFetcher(loop: TestDatabase.loops[0], permitting: hosts)
      let runner = JobRunner(
        service: review.service,
        handlers: [
          WebhookDelivery(
            service: review.service, userAgent: "test",
            send: { await fetcher.journey($0, redirectsMax: 0).outcome })
        ], chores: [RemindChore()], logger: TestDatabase.quiet)
      try await body(
        WebhookScene(
          review: review, clock: clock, start: start,
          operatorPerson: try await review.service.makePerson("operator", .operator),
          receiver: receiver, runner: runner))
    }
  }

  func at(_ seconds: Int64) { clock.set(to: start.adding(seconds: seconds)) }

  /// A webhook of the receiver for these types.
  func hook(_ types: String...) async throws -> CreateWebhook.Output {
    try await review.service.act(
      as: operatorPerson,
      CreateWebhook(
        input: .success(
          .init(
            url: receiver.url, host: "127.0.0.1",
            eventTypes: try types.map { try #require(EventPattern($0)) })), refusal: nil))
  }

  func deliveries(of webhook: Webhook) async throws -> [Delivery] {
    try await review.service.look(
      as: operatorPerson,
      ListDeliveries(webhook: webhook.id, status: nil, before: nil, limit: 100))
  }
}
