import Domain
import Testing

@Suite("Lock")
struct LockTests {
  static let now = Timestamp(microseconds: 1_795_000_000_000_000)

  static func person() -> Person {
    let id = PersonID.make(at: now)
    return Person(
      id: id, identity: id, name: "x", email: "x@example.com", active: true, version: 1,
      createdAt: now)
  }

  static func actor(_ person: Person) -> Actor {
    Actor(subject: .person(person.id), method: .personalToken, credential: nil, request: nil)
  }

  static func placed(
    _ scope: LockScope, by person: Person, _ roles: [Role]
  ) throws(Refusals) -> Lock {
    try Lock.placed(
      on: scope, reason: "why", by: person, holding: roles, actor: actor(person), at: now
    ).subject
  }

  static func released(
    _ lock: Lock, by person: Person, _ roles: [Role], first: [Role] = [],
    parties: Set<PersonID> = []
  ) throws(Refusals) -> Lock {
    try lock.released(
      reason: "over", by: person, holding: roles, firstRoles: first, parties: parties,
      actor: actor(person), at: now
    ).subject
  }

  @Test("anybody stops a proposal, grant, pool or worker; a site or everything takes a role")
  func whoPlaces() throws {
    let small: [LockScope] = [
      .proposal(.make(at: Self.now)), .grant(.make(at: Self.now)), .pool(.make(at: Self.now)),
      .worker(.make(at: Self.now)),
    ]
    for scope in small {
      #expect(try Self.placed(scope, by: Self.person(), []).isActive)
    }
    for scope in [LockScope.everything, .site(try Host("example.com"))] {
      for role in Role.allCases {
        let may = role == .operator || role.decides
        do {
          #expect(try Self.placed(scope, by: Self.person(), [role]).isActive && may)
        } catch {
          #expect(!may && error.first == .roleMissing(anyOf: [.operator] + Role.deciding))
        }
      }
    }
  }

  @Test("two people release it, one of whom shares a role with the one who locked")
  func twoPeople() throws {
    let (locker, other, third) = (Self.person(), Self.person(), Self.person())
    let lock = try Self.placed(.everything, by: locker, [.operator])
    let half = try Self.released(lock, by: other, [.legalReviewer])
    #expect(half.isActive && half.releases.count == 1)
    #expect(throws: Refusals(.samePerson)) {
      try Self.released(half, by: other, [.operator])
    }
    #expect(throws: Refusals(.releaseNeedsRole(roles: [.operator]))) {
      try Self.released(half, by: third, [.riskReviewer], first: [.legalReviewer])
    }
    let whole = try Self.released(half, by: locker, [.operator], first: [.legalReviewer])
    #expect(!whole.isActive && whole.releasedAt == Self.now)
    #expect(throws: Refusals(.lockReleased(at: Self.now))) {
      try Self.released(whole, by: third, [.operator])
    }
    #expect(Lock.effectiveStatus("approved", under: [half]) == "locked")
    #expect(Lock.effectiveStatus("approved", under: [whole]) == "approved")
  }

  @Test("a second account of the first person is the same person")
  func secondAccount() throws {
    let (locker, other) = (Self.person(), Self.person())
    let lock = try Self.placed(.everything, by: locker, [.operator])
    let half = try Self.released(lock, by: other, [.operator])
    let account = Person(
      id: .make(at: Self.now), identity: other.identity, name: "y", email: "y@example.com",
      active: true, version: 1, createdAt: Self.now)
    #expect(throws: Refusals(.samePerson)) {
      try Self.released(half, by: account, [.operator], first: [.operator])
    }
  }

  @Test("requester, owner and editors never release; others without a role neither")
  func excluded() throws {
    let (locker, party) = (Self.person(), Self.person())
    let lock = try Self.placed(.proposal(.make(at: Self.now)), by: locker, [.legalReviewer])
    let error = #expect(throws: Refusals.self) {
      try Self.released(lock, by: party, [.riskReviewer], parties: [party.identity])
    }
    #expect(error?.first.code == .notAllowed)
    let roleless = #expect(throws: Refusals.self) {
      try Self.released(lock, by: Self.person(), [.requester, .auditor])
    }
    #expect(roleless?.first.code == .roleMissing)
  }

  @Test("a lock of somebody without a deciding role is lifted by any two who may release")
  func requesterLocks() throws {
    let lock = try Self.placed(.proposal(.make(at: Self.now)), by: Self.person(), [.requester])
    let half = try Self.released(lock, by: Self.person(), [.legalReviewer])
    let whole = try Self.released(
      half, by: Self.person(), [.riskReviewer], first: [.legalReviewer])
    #expect(!whole.isActive)
  }

  @Test("a scope is its kind and an id of that kind")
  func scopes() {
    let pool = PoolID.make(at: Self.now)
    #expect(LockScope(.pool, id: pool.text) == .pool(pool))
    #expect(LockScope(.everything, id: nil) == .everything)
    #expect(LockScope(.site, id: "EXAMPLE.com.")?.id == "example.com")
    #expect(LockScope(.everything, id: "x") == nil)
    #expect(LockScope(.pool, id: nil) == nil)
    #expect(LockScope(.grant, id: pool.text) == nil)
    #expect(LockScope(.site, id: "https://x") == nil)
  }
}
