import CountersignTesting
import Domain
import Testing
import Tokens
import Workflow

@Suite("People, roles and credentials")
struct PeopleTests {
  @Test("a deciding role takes two administrators who are two human beings")
  func decidingRoleTakesTwo() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let second = try await service.makePerson("admin2", .administrator)
      let lawyer = try await service.makePerson("lawyer")
      let give = GiveRole(person: lawyer.id, role: .legalReviewer)
      for _ in 0..<2 {
        guard case .awaitingSecond(let request) = try await service.act(as: admin, give) else {
          Issue.record("one administrator alone gave a deciding role")
          return
        }
        #expect(request.requestedBy == admin.id)
      }
      let before = try await service.look(as: lawyer, ShowPerson(person: lawyer.id))
      #expect(before.roles == [])
      guard case .held(let held) = try await service.act(as: second, give) else {
        Issue.record("the second administrator did not suffice")
        return
      }
      #expect(held.roles == [.legalReviewer])
    }
  }

  @Test("the first half does not outlive the administrator who gave it")
  func firstHalfNeedsItsAdministrator() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let second = try await service.makePerson("admin2", .administrator)
      let third = try await service.makePerson("admin3", .administrator)
      let lawyer = try await service.makePerson("lawyer")
      let give = GiveRole(person: lawyer.id, role: .legalReviewer)
      _ = try await service.act(as: admin, give)
      _ = try await service.act(as: second, TakeRole(person: admin.id, role: .administrator))
      guard case .awaitingSecond(let request) = try await service.act(as: third, give) else {
        Issue.record("half a signature of somebody who administers no more counted")
        return
      }
      #expect(request.requestedBy == third.id)
    }
  }

  @Test("two accounts of one administrator are one administrator")
  func secondAccountDoesNotSecond() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let input = CreatePerson.Input(
        name: "Again", email: "again@test.example", samePersonAs: admin.id)
      let made = try await service.bootstrap(CreatePerson(input: input))
      _ = try await service.bootstrap(GiveRole(person: made.person.id, role: .administrator))
      let token = try await service.performUnauthenticated(
        Enrol(secret: made.secret), method: .enrolment, trace: nil)
      let again = TestPerson(id: made.person.id, email: "again", secret: token.secret)
      let lawyer = try await service.makePerson("lawyer")
      let give = GiveRole(person: lawyer.id, role: .legalReviewer)
      for person in [admin, again] {
        guard case .awaitingSecond = try await service.act(as: person, give) else {
          Issue.record("one human being gave a deciding role alone")
          return
        }
      }
    }
  }

  @Test("administrator excludes deciding roles, both ways and over all accounts")
  func administratorExcludesDeciding() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let lawyer = try await service.makePerson("lawyer", .legalReviewer)
      await #expect(
        throws: Refusals(.roleExcluded(held: .administrator, asked: .riskReviewer))
      ) {
        try await service.bootstrap(GiveRole(person: admin.id, role: .riskReviewer))
      }
      await #expect(
        throws: Refusals(.roleExcluded(held: .legalReviewer, asked: .administrator))
      ) {
        try await service.bootstrap(GiveRole(person: lawyer.id, role: .administrator))
      }
    }
  }

  @Test("an enrolment gives one token, once")
  func enrolmentIsUsedOnce() async throws {
    try await TestService.with { service, _ in
      let input = CreatePerson.Input(
        name: "New", email: "new@test.example", samePersonAs: nil)
      let made = try await service.bootstrap(CreatePerson(input: input))
      _ = try await service.performUnauthenticated(
        Enrol(secret: made.secret), method: .enrolment, trace: nil)
      await #expect(throws: Refusals.self) {
        try await service.performUnauthenticated(
          Enrol(secret: made.secret), method: .enrolment, trace: nil)
      }
    }
  }

  @Test("an enrolment is over after seven days and not before")
  func enrolmentEnds() async throws {
    try await TestService.with { service, clock in
      for (seconds, works) in [(Enrolment.lifetimeSeconds - 60, true), (7 * 86_400 + 1, false)] {
        clock.runAhead(seconds: 0)
        let input = CreatePerson.Input(
          name: "New", email: "new\(seconds)@test.example", samePersonAs: nil)
        let made = try await service.bootstrap(CreatePerson(input: input))
        clock.runAhead(seconds: seconds)
        let enrol = Result<Void, any Error>.self
        var outcome = enrol.success(())
        do {
          _ = try await service.performUnauthenticated(
            Enrol(secret: made.secret), method: .enrolment, trace: nil)
        } catch {
          outcome = .failure(error)
        }
        if case .success = outcome { #expect(works) } else { #expect(!works) }
      }
    }
  }

  @Test("a revoked token and a deactivated person are refused at once")
  func stoppedCredentialsAreRefused() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let person = try await service.makePerson("person")
      let other = try await service.act(
        as: person, CreateToken(input: .init(name: "laptop", expiresInSeconds: nil)))
      _ = try await service.act(as: person, RevokeCredential(id: other.credential.id))
      let revoked = TestPerson(id: person.id, email: "", secret: other.secret)
      await #expect(throws: CallFailure.unauthenticated(reason: "the token was revoked")) {
        try await service.look(as: revoked, ShowMe())
      }
      let input = ChangePerson.Input(name: nil, active: false, samePersonAs: nil)
      _ = try await service.act(
        as: admin, ChangePerson(person: person.id, version: 1, input: .success(input)))
      await #expect(throws: CallFailure.unauthenticated(reason: "the account is not active")) {
        try await service.look(as: person, ShowMe())
      }
    }
  }

  @Test("a change needs the current version")
  func changeNeedsVersion() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let input = ChangePerson.Input(name: "Other", active: nil, samePersonAs: nil)
      let table: [(Int64?, CallFailure)] = [
        (nil, .preconditionRequired), (2, .preconditionFailed(current: 1)),
      ]
      for (version, failure) in table {
        await #expect(throws: failure) {
          try await service.act(
            as: admin, ChangePerson(person: admin.id, version: version, input: .success(input)))
        }
      }
      let changed = try await service.act(
        as: admin, ChangePerson(person: admin.id, version: 1, input: .success(input)))
      #expect(changed.person.version == 2)
    }
  }
}
