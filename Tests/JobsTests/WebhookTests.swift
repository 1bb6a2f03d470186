import CountersignTesting
import Domain
import Jobs
import Postgres
import Store
import Testing
import Tokens
import Workflow

@Suite("webhooks")
struct WebhookTests {
  @Test("an event arrives once, signed, and says who acted on what")
  func arrives() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted")
      let (reference, digest) = try await scene.review.submitted()
      #expect(try await scene.runner.work() == 1)
      #expect(try await scene.runner.work() == 0)
      let message = try #require(scene.receiver.all.first)
      #expect(scene.receiver.all.count == 1)
      let seconds = try #require(Int64(message.fields["webhook-timestamp"] ?? ""))
      #expect(seconds == scene.start.seconds)
      #expect(
        message.fields["webhook-signature"]
          == made.secret.signature(id: message.id, seconds: seconds, body: message.body))
      let json = try JSONParser.parse(message.body)
      let view = try await scene.review.show((reference, digest))
      #expect(json.text("type") == "proposal.submitted")
      #expect(json.text("data", "event") == message.id && message.id.hasPrefix("evt_"))
      #expect(json.text("data", "actor", "id") == scene.review.requester.id.text)
      #expect(json.text("data", "actor", "name") == "pm")
      #expect(json.text("data", "object", "id") == view.proposal.id.text)
      #expect(json.text("data", "object", "digest") == digest.description)
      #expect(json.text("data", "proposal", "title") == view.revision.title)
      #expect(json.text("data", "link") == "/v1/proposals/\(view.proposal.id)")
    }
  }

  @Test("a decision names the role in which somebody decided, and the roles they held")
  func roles() async throws {
    try await WebhookScene.with { scene in
      _ = try await scene.hook("decision.*")
      let proposal = try await scene.review.submitted()
      try await scene.review.decide(proposal, scene.review.both, .legalReviewer)
      #expect(try await scene.runner.work() == 1)
      let json = try JSONParser.parse(try #require(scene.receiver.all.first).body)
      #expect(json.text("type") == "decision.approved")
      #expect(json.text("data", "actor", "role") == "legal_reviewer")
      #expect(json.text("data", "actor", "name") == "both")
      #expect(json.at("data", "actor", "roles") == ["legal_reviewer", "risk_reviewer"])
    }
  }

  @Test("what is tried again has the same id and a new signature, and stops when it is taken")
  func again() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted")
      scene.receiver.answer(with: 500)
      _ = try await scene.review.submitted()
      #expect(try await scene.runner.work() == 1)
      scene.at(4)
      #expect(try await scene.runner.work() == 0)
      scene.at(6)
      scene.receiver.answer(with: 200)
      #expect(try await scene.runner.work() == 1)
      scene.at(100_000)
      #expect(try await scene.runner.work() == 0)
      let messages = scene.receiver.all
      #expect(messages.count == 2 && Set(messages.map(\.id)).count == 1)
      #expect(messages[0].body == messages[1].body)
      #expect(messages[0].fields["webhook-timestamp"] != messages[1].fields["webhook-timestamp"])
      let delivery = try #require(try await scene.deliveries(of: made.webhook).first)
      #expect(delivery.status == "delivered" && delivery.attempts == 2)
      #expect(delivery.last?.status == 200 && delivery.nextAttemptAt == nil)
    }
  }

  @Test("a receiver that is down for a day is given up after eight attempts, and disabled")
  func down() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted")
      scene.receiver.answer(with: 503)
      _ = try await scene.review.submitted()
      // The waits of the schedule, with the longest jitter each.
      var (elapsed, attempts) = (Int64(0), 0)
      for wait in [0] + Webhook.backOff.waitSeconds {
        elapsed += wait + wait / 10 + 1
        scene.at(elapsed)
        attempts += try await scene.runner.work()
      }
      #expect(attempts == 8 && scene.receiver.all.count == 8)
      #expect(elapsed > 86_400)
      #expect(Set(scene.receiver.all.map(\.id)).count == 1)
      let shown = try await scene.review.service.look(
        as: scene.operatorPerson, ShowWebhook(webhook: made.webhook.id))
      #expect(shown.status == "disabled")
      #expect(try await scene.deliveries(of: made.webhook).map(\.status) == ["failed"])
      // Nothing is sent any more, and no secret is kept.
      _ = try await scene.review.submitted { $0.replacing("0.2", with: "0.1") }
      #expect(try await scene.runner.work() == 0)
      let secret = try await scene.review.service.database.read {
        (tx: borrowing Transaction) async throws in
        try await WebhookStore.secret(of: made.webhook.id, in: tx) == nil
      }
      #expect(secret)
    }
  }

  @Test("410 ends it at once")
  func gone() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("*")
      scene.receiver.answer(with: 410)
      #expect(try await scene.runner.work() >= 1)
      let shown = try await scene.review.service.look(
        as: scene.operatorPerson, ShowWebhook(webhook: made.webhook.id))
      #expect(shown.status == "disabled")
    }
  }

  @Test("one that failed while others were taken is given up, and the webhook stays")
  func stays() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted", "note.added")
      let (reference, _) = try await scene.review.submitted()
      scene.receiver.answer(with: 500)
      #expect(try await scene.runner.work() == 1)
      var elapsed: Int64 = 0
      for wait in Webhook.backOff.waitSeconds {
        elapsed += wait + wait / 10 + 1
        scene.at(elapsed)
        scene.receiver.answer(with: 500)
        _ = try await scene.runner.work()
        scene.receiver.answer(with: 200)
        _ = try await scene.review.service.act(
          as: scene.review.legal, AddNote(proposal: reference, text: .success("read")))
        #expect(try await scene.runner.work() == 1)
      }
      let shown = try await scene.review.service.look(
        as: scene.operatorPerson, ShowWebhook(webhook: made.webhook.id))
      #expect(shown.status == "active")
      #expect(
        try await scene.deliveries(of: made.webhook).map(\.status).filter { $0 == "failed" }.count
          == 1)
    }
  }

  @Test("a private address is not connected to, whatever the row says")
  func guarded() async throws {
    try await WebhookScene.with(permitting: false) { scene in
      let made = try await scene.hook("proposal.submitted")
      _ = try await scene.review.submitted()
      #expect(try await scene.runner.work() == 1)
      #expect(scene.receiver.all.isEmpty)
      let delivery = try #require(try await scene.deliveries(of: made.webhook).first)
      #expect(delivery.last?.error?.contains("not a public address") == true)
    }
  }

  @Test("a redirect is an answer like any other that is not 2xx")
  func redirect() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted")
      scene.receiver.answer(with: 302)
      _ = try await scene.review.submitted()
      #expect(try await scene.runner.work() == 1)
      #expect(scene.receiver.all.count == 1)
      #expect(try await scene.deliveries(of: made.webhook).first?.last?.status == 302)
    }
  }

  @Test("a replay sends again under the same id; what was given up is found by its time")
  func replays() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("proposal.submitted")
      _ = try await scene.review.submitted()
      #expect(try await scene.runner.work() == 1)
      let event = try #require(try await scene.deliveries(of: made.webhook).first?.event)
      let replay = ReplayWebhook(webhook: made.webhook.id, choice: .success(.event(event)))
      #expect(try await scene.review.service.act(as: scene.operatorPerson, replay).count == 1)
      #expect(try await scene.runner.work() == 1)
      #expect(scene.receiver.all.map(\.id) == [event.text, event.text])
      let failed = ReplayWebhook(
        webhook: made.webhook.id, choice: .success(.failedSince(scene.start)))
      #expect(try await scene.review.service.act(as: scene.operatorPerson, failed).count == 0)
    }
  }

  @Test("events of transactions that commit in another order than they began all arrive")
  func outOfOrder() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("note.added")
      let (reference, _) = try await scene.review.proposed()
      let other = try await scene.review.proposed { $0.replacing("0.2", with: "0.1") }
      let service = scene.review.service
      // The first one's event is written and not committed while the second one's is and is sent.
      try await service.database.transaction { (tx: borrowing Transaction) async throws in
        let act = Act(
          actor: Actor(
            subject: .person(scene.review.legal.id), method: .personalToken, credential: nil,
            request: nil),
          holder: .person(
            Person(
              id: scene.review.legal.id, identity: scene.review.legal.id, name: "legal",
              email: scene.review.legal.email, active: true, version: 1, createdAt: scene.start),
            roles: [.legalReviewer]),
          now: scene.start, credentialExpiresAt: nil, service: service)
        _ = try await AddNote(proposal: reference, text: .success("first")).run(by: act, in: tx)
        _ = try await ClockStore.now(in: tx)
        _ = try await service.act(
          as: scene.review.risk, AddNote(proposal: other.reference, text: .success("second")))
        #expect(try await scene.runner.work() == 1)
      }
      #expect(try await scene.runner.work() == 1)
      #expect(Set(scene.receiver.all.map(\.id)).count == 2)
      #expect(try await scene.deliveries(of: made.webhook).count == 2)
    }
  }

  @Test("only an administrator or operator makes one, and auditors see them")
  func roleRules() async throws {
    try await WebhookScene.with { scene in
      let made = try await scene.hook("*")
      let service = scene.review.service
      let auditor = try await service.makePerson("auditor", .auditor)
      let asked = Result<CreateWebhook.Input, InvalidBody>.success(
        .init(url: scene.receiver.url, host: "x", eventTypes: []))
      for person in [scene.review.requester, scene.review.legal, auditor] {
        let codes = try await refusalCodes {
          _ = try await service.act(as: person, CreateWebhook(input: asked, refusal: nil))
        }
        #expect(codes == ["role_missing"])
      }
      let shown = try await service.look(as: auditor, ShowWebhook(webhook: made.webhook.id))
      #expect(shown.id == made.webhook.id)
      let codes = try await refusalCodes {
        _ = try await service.look(
          as: scene.review.legal, ShowWebhook(webhook: made.webhook.id))
      }
      #expect(codes == ["role_missing"])
      try await service.act(
        as: scene.review.administrator, DeleteWebhook(webhook: made.webhook.id))
      let gone = try await refusalCodes {
        _ = try await service.look(as: auditor, ShowWebhook(webhook: made.webhook.id))
      }
      #expect(gone == ["not_found"])
    }
  }
}

extension JSON {
  /// The value at a path of members.
  func at(_ path: String...) -> JSON { path.reduce(self) { $0.member($1) } }

  /// The text there.
  func text(_ path: String...) -> String? {
    if case .string(let text) = path.reduce(self, { $0.member($1) }) { text } else { nil }
  }

  private func member(_ name: String) -> JSON {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }
}
