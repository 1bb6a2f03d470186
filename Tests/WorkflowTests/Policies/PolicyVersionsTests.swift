import CountersignTesting
import Domain
import Postgres
import Store
import Testing
import Workflow

@Suite("versions of the policy")
struct PolicyVersionsTests {
  private func propose(_ scene: ReviewScene, as person: TestPerson? = nil) async throws -> Int64 {
    try await scene.service.act(
      as: person ?? scene.administrator,
      ProposePolicy(
        policy: .success(ReviewScene.policy(changing: [("max_rps: 2\n", "max_rps: 1\n")])))
    ).version
  }

  private func activate(
    _ scene: ReviewScene, _ version: Int64, as person: TestPerson
  ) async throws -> PolicyRecord {
    let output = try await scene.service.act(
      as: person, ActivatePolicy(version: version, digest: .success(nil)))
    switch output {
    case .active(let record), .awaitingSecond(let record, _): return record
    }
  }

  private func active(_ scene: ReviewScene) async throws -> Int64 {
    try await scene.service.database.read { (tx: borrowing Transaction) async throws -> Int64 in
      try await PolicyStore.active(in: tx)?.version ?? 0
    }
  }

  @Test("one administrator proposes, two activate, and only then it counts")
  func life() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let version = try await propose(scene)
      #expect(version == 2)
      #expect(try await active(scene) == 1)
      let first = try await activate(scene, 2, as: scene.administrator)
      #expect(
        first.status == .proposed && first.signatures.map(\.person) == [scene.administrator.id])
      #expect(try await active(scene) == 1)
      #expect(
        try await refusalCodes { _ = try await activate(scene, 2, as: scene.administrator) }
          == ["same_person"])
      let done = try await activate(scene, 2, as: second)
      #expect(done.status == .active && done.signatures.count == 2)
      #expect(try await active(scene) == 2)
      #expect(
        try await refusalCodes { _ = try await activate(scene, 2, as: second) }
          == ["policy_superseded"])
      #expect(
        try await refusalCodes { _ = try await activate(scene, 1, as: second) }
          == ["policy_superseded"])
      let list = try await scene.service.look(
        as: scene.legal, ListPolicies(before: nil, limit: 10))
      #expect(list.map(\.version) == [2, 1])
      #expect(list.map(\.status) == [.active, .superseded])
      let shown = try await scene.service.look(as: scene.legal, ShowPolicy(version: 2))
      #expect(
        try Policy(json: JSONParser.parse(shown.bytes)).terms(of: .t1).maxRate
          == Rate(milliRPS: 1_000))
    }
  }

  @Test("nobody but administrators proposes or activates, and a second account is no second person")
  func whoMay() async throws {
    try await ReviewScene.with { scene, _ in
      let twin = try await scene.secondAdministrator("twin")
      let version = try await propose(scene)
      for person in [scene.legal, scene.requester, scene.maintainer] {
        #expect(
          try await refusalCodes { _ = try await propose(scene, as: person) }
            == ["role_missing"])
        #expect(
          try await refusalCodes { _ = try await activate(scene, version, as: person) }
            == ["role_missing"])
      }
      #expect(
        try await refusalCodes { _ = try await activate(scene, 9, as: twin) } == ["not_found"])
      _ = try await activate(scene, version, as: scene.administrator)
      let person = try await scene.service.look(as: twin, ShowPerson(person: twin.id)).person
      _ = try await scene.service.act(
        as: scene.administrator,
        ChangePerson(
          person: twin.id, version: person.version,
          input: .success(
            .init(name: nil, active: nil, samePersonAs: scene.administrator.id))))
      #expect(
        try await refusalCodes { _ = try await activate(scene, version, as: twin) }
          == ["same_person"])
      #expect(try await active(scene) == 1)
    }
  }

  @Test("a first half does not count once its signer lost the role, also when it is given back")
  func roleLost() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      let third = try await scene.secondAdministrator("admin3")
      let version = try await propose(scene)
      _ = try await activate(scene, version, as: scene.administrator)
      _ = try await scene.service.act(
        as: third, TakeRole(person: scene.administrator.id, role: .administrator))
      #expect(try await activate(scene, version, as: second).status == .proposed)
      _ = try await scene.service.bootstrap(
        GiveRole(person: scene.administrator.id, role: .administrator))
      // The first's first signature stays void; with a new one there are two.
      #expect(try await activate(scene, version, as: scene.administrator).status == .active)
    }
  }

  @Test("of two activations at once of two versions the higher one holds, and nothing is lost")
  func race() async throws {
    try await ReviewScene.with { scene, _ in
      let second = try await scene.secondAdministrator()
      for _ in 0..<5 {
        let low = try await propose(scene)
        let high = try await propose(scene)
        for version in [low, high] {
          _ = try await activate(scene, version, as: scene.administrator)
        }
        async let one = refusalCodes { _ = try await activate(scene, low, as: second) }
        async let two = refusalCodes { _ = try await activate(scene, high, as: second) }
        let outcomes = try await [one, two]
        // Whichever came first changed what the other's first half was given for.
        if outcomes[0].isEmpty, try await active(scene) == low {
          _ = try await activate(scene, high, as: scene.administrator)
          #expect(try await active(scene) == high)
        } else {
          #expect(outcomes[0] == ["policy_superseded"])
          #expect(try await active(scene) == high)
        }
      }
    }
  }

  @Test("of many second signatures at once exactly one activates")
  func crowd() async throws {
    try await ReviewScene.with { scene, _ in
      var people: [TestPerson] = []
      for n in 0..<8 { people.append(try await scene.secondAdministrator("a\(n)")) }
      let version = try await propose(scene)
      _ = try await activate(scene, version, as: scene.administrator)
      let outcomes = try await withThrowingTaskGroup(of: [String].self) { group in
        for person in people {
          group.addTask {
            try await refusalCodes { _ = try await activate(scene, version, as: person) }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(outcomes.count(where: \.isEmpty) == 1)
      #expect(outcomes.filter { !$0.isEmpty }.allSatisfy { $0 == ["policy_superseded"] })
    }
  }
}
