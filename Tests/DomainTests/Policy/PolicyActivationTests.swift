import Domain
import Testing

@Suite("policy activation")
struct PolicyActivationTests {
  static let now = Timestamp(microseconds: 1_796_000_000_000_000)
  static let one = ContentBuilder.id(PersonKind.self, 11)
  static let two = ContentBuilder.id(PersonKind.self, 12)
  static let other = ContentBuilder.id(PersonKind.self, 13)

  private func person(_ id: PersonID, identity: PersonID? = nil) -> Person {
    Person(
      id: id, identity: identity ?? id, name: "A", email: "a@test.example", active: true,
      version: 1, createdAt: Self.now)
  }

  private func actor(_ id: PersonID) -> Actor {
    Actor(subject: .person(id), method: .personalToken, credential: nil, request: nil)
  }

  private func record(
    _ version: Int64 = 3, inForce: Int64 = 1, _ signatures: [PolicySignature] = []
  ) -> PolicyRecord {
    PolicyRecord(
      version: version, digest: .zero, proposedBy: Self.one, proposedAt: Self.now,
      activatedAt: nil, signatures: signatures, inForce: inForce)
  }

  private func first(
    agoSeconds: Int64 = 60, inForce: Int64 = 1
  ) -> PolicySignature {
    PolicySignature(
      person: Self.one, inForce: inForce, signedAt: Self.now.adding(seconds: -agoSeconds))
  }

  private func signer(
    _ id: PersonID, identity: PersonID? = nil, since agoSeconds: Int64? = 1_000_000,
    active: Bool = true
  ) -> Signer {
    Signer(
      person: id, identity: identity ?? id, active: active,
      roles: agoSeconds.map { [.administrator: Self.now.adding(seconds: -$0)] } ?? [:])
  }

  /// `first` for a first signature, `active` for a second, else the codes of the refusals.
  private func outcome(
    _ record: PolicyRecord, by person: Person, _ signers: [Signer], digest: Digest? = nil
  ) -> String {
    do throws(Refusals) {
      let ruling = try record.signed(
        echoing: digest, by: person,
        signers: Dictionary(uniqueKeysWithValues: signers.map { ($0.person, $0) }),
        actor: actor(person.id), at: Self.now)
      let isFirst = ruling.subject.first == nil
      #expect(
        ruling.entry.type == (isFirst ? .policyActivationRequested : .policyActivated))
      return isFirst ? "first" : "active"
    } catch {
      return error.all.map(\.code.rawValue).joined(separator: " ")
    }
  }

  @Test("two human beings who administer put a version in force, one never does")
  func table() {
    let signers = [signer(Self.one), signer(Self.two)]
    let rows: [(PolicyRecord, Person, [Signer], String)] = [
      (record(), person(Self.one), signers, "first"),
      (record(3, [first()]), person(Self.two), signers, "active"),
      (record(3, [first()]), person(Self.one), signers, "same_person"),
      // A second account of the first.
      (
        record(3, [first()]), person(Self.other, identity: Self.one),
        signers + [signer(Self.other, identity: Self.one)], "same_person"
      ),
      // The first lost the role, got it back, or was stopped since.
      (record(3, [first()]), person(Self.two), [signer(Self.one, since: nil)], "first"),
      (record(3, [first()]), person(Self.two), [signer(Self.one, since: 59)], "first"),
      (record(3, [first()]), person(Self.two), [signer(Self.one, since: 60)], "active"),
      (
        record(3, [first()]), person(Self.two), [signer(Self.one, active: false)], "first"
      ),
      // A week later it is forgotten.
      (
        record(3, [first(agoSeconds: PolicySignature.lifetimeSeconds)]), person(Self.two),
        signers, "first"
      ),
      (
        record(3, [first(agoSeconds: PolicySignature.lifetimeSeconds - 1)]),
        person(Self.two), signers, "active"
      ),
      // Another version came into force since: that was another change.
      (record(3, inForce: 2, [first()]), person(Self.two), signers, "first"),
      (record(3, inForce: 2, [first()]), person(Self.one), signers, "first"),
      (
        record(3, inForce: 2, [first(inForce: 2)]), person(Self.two), signers, "active"
      ),
      (record(3, inForce: 3), person(Self.one), signers, "policy_superseded"),
      (record(3, inForce: 4), person(Self.one), signers, "policy_superseded"),
    ]
    for (index, row) in rows.enumerated() {
      #expect(outcome(row.0, by: row.1, row.2) == row.3, "row \(index)")
    }
  }

  @Test("an echoed digest must be the version's")
  func digest() {
    let wrong = Digest(bytes: [UInt8](repeating: 1, count: 32))
    let signers = [signer(Self.one)]
    #expect(outcome(record(), by: person(Self.one), signers, digest: .zero) == "first")
    #expect(outcome(record(), by: person(Self.one), signers, digest: wrong) == "stale_digest")
  }

  private func record(_ version: Int64, _ signatures: [PolicySignature]) -> PolicyRecord {
    record(version, inForce: 1, signatures)
  }
}
