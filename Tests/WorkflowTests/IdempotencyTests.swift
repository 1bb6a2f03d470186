import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Idempotency keys")
struct IdempotencyTests {
  private let form = AnswerForm<NewToken>(
    accepted: { StoredAnswer(status: 201, bytes: Array($0.credential.id.utf8)) },
    refused: { StoredAnswer(status: 409, bytes: Array($0.first.code.rawValue.utf8)) })

  private let command = CreateToken(input: .init(name: "laptop", expiresInSeconds: nil))

  @Test("a repeat gets the stored answer and does nothing again")
  func repeatReplays() async throws {
    try await TestService.with { service, _ in
      let person = try await service.makePerson("person")
      let caller = person.calls(key: "k", body: "{}")
      let first = try await service.perform(for: caller, storing: form) { _ in command }
      let again = try await service.perform(for: caller, storing: form) { _ in command }
      guard case .done(let token) = first, case .replayed(let stored) = again else {
        Issue.record("\(first) then \(again)")
        return
      }
      #expect(try stored == form.accepted(token))
      let tokens = try await service.look(as: person, ListTokens())
      #expect(tokens.count == 2, "the enrolment's and one more")
    }
  }

  @Test("the same key with another body is refused")
  func otherBodyIsRefused() async throws {
    try await TestService.with { service, _ in
      let person = try await service.makePerson("person")
      _ = try await service.perform(
        for: person.calls(key: "k", body: "a"), storing: form
      ) { _ in command }
      await #expect(throws: CallFailure.idempotencyKeyReused) {
        try await service.perform(
          for: person.calls(key: "k", body: "b"), storing: form
        ) { _ in command }
      }
    }
  }

  @Test("a key is forgotten after 24 hours and not before")
  func keyIsForgotten() async throws {
    try await TestService.with { service, clock in
      let person = try await service.makePerson("person")
      let caller = person.calls(key: "k", body: "{}")
      _ = try await service.perform(for: caller, storing: form) { _ in command }
      clock.runAhead(seconds: 24 * 3_600 - 60)
      guard
        case .replayed = try await service.perform(for: caller, storing: form, { _ in command })
      else {
        Issue.record("forgotten too early")
        return
      }
      clock.runAhead(seconds: 24 * 3_600 + 60)
      guard
        case .done = try await service.perform(for: caller, storing: form, { _ in command })
      else {
        Issue.record("not forgotten")
        return
      }
    }
  }

  @Test("a refusal by a rule is stored and replayed, and nothing of it is kept")
  func refusalIsStored() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let input = CreatePerson.Input(name: "A", email: admin.email, samePersonAs: nil)
      let form = AnswerForm<CreatePerson.Output>(
        accepted: { _ in StoredAnswer(status: 201, bytes: []) },
        refused: { StoredAnswer(status: 409, bytes: Array($0.first.code.rawValue.utf8)) })
      let caller = admin.calls(key: "k", body: "{}")
      await #expect(throws: Refusals(.alreadyExists(kind: "person", name: admin.email))) {
        try await service.perform(for: caller, storing: form) { _ in
          CreatePerson(input: input)
        }
      }
      let again = try await service.perform(for: caller, storing: form) { _ in
        CreatePerson(input: input)
      }
      guard case .replayed(let stored) = again else {
        Issue.record("\(again)")
        return
      }
      #expect(stored == StoredAnswer(status: 409, bytes: Array("already_exists".utf8)))
    }
  }

  @Test("twenty at once with one key: one effect")
  func raceHasOneEffect() async throws {
    try await TestService.with { service, _ in
      let person = try await service.makePerson("person")
      let caller = person.calls(key: "k", body: "{}")
      let done = await withTaskGroup(of: Bool.self) { group in
        for _ in 0..<20 {
          group.addTask {
            do {
              let outcome = try await service.perform(for: caller, storing: form) { _ in command }
              if case .done = outcome { return true }
            } catch CallFailure.idempotencyInProgress {
              return false
            } catch { Issue.record("\(error)") }
            return false
          }
        }
        return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
      }
      #expect(done == 1)
      #expect(try await service.look(as: person, ListTokens()).count == 2)
    }
  }
}
