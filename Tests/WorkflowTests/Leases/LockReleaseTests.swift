import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("Releasing a lock")
struct LockReleaseTests {
  @Test("two accounts that turn out to be one person's do not release a lock")
  func linkedAccounts() async throws {
    try await TestService.with { service, _ in
      let admin = try await service.makePerson("admin", .administrator)
      let operations = try await service.makePerson("operations", .operator)
      let other = try await service.makePerson("other", .operator)
      let third = try await service.makePerson("third", .operator)
      let lock = try await service.act(
        as: operations,
        PlaceLock(input: .success(.init(scope: .everything, reason: "captcha seen"))))
      let release = ReleaseLock(lock: lock.id, reason: .success("over"))
      _ = try await service.act(as: operations, release)
      let link = ChangePerson.Input(name: nil, active: nil, samePersonAs: other.id)
      _ = try await service.act(
        as: admin, ChangePerson(person: operations.id, version: 1, input: .success(link)))
      await #expect(throws: Refusals(.samePerson)) {
        try await service.act(as: other, release)
      }
      #expect(try await !service.act(as: third, release).isActive)
    }
  }
}
