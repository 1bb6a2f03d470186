import CountersignTesting
import Domain
import Testing

@Suite("the schema: transitions (lifecycle, States)")
struct SchemaTransitionsTests {
  /// The states of one kind of object, and which may follow which (lifecycle, rows 1 to 18).
  struct Machine: Sendable, CustomTestStringConvertible {
    let kind: String
    let prefix: String
    let first: (from: String, to: String)
    let states: [String]
    let legal: [String: Set<String>]
    /// How an object comes into each state that psql alone can bring it to.
    let paths: [String: [String]]

    var testDescription: String { kind }
  }

  static let round = Machine(
    kind: "round", prefix: "round_", first: ("draft", "in_review"),
    states: [
      "draft", "in_review", "approved", "countered", "changes_requested", "rejected", "lapsed",
      "withdrawn", "superseded",
    ],
    legal: [
      "in_review": [
        "approved", "countered", "changes_requested", "rejected", "lapsed", "withdrawn",
        "superseded",
      ],
      "countered": ["approved", "draft", "lapsed", "withdrawn"],
    ],
    paths: [
      "draft": ["draft", "in_review", "countered", "draft"], "in_review": ["draft", "in_review"],
      "countered": ["draft", "in_review", "countered"],
      "changes_requested": ["draft", "in_review", "changes_requested"],
      "rejected": ["draft", "in_review", "rejected"], "lapsed": ["draft", "in_review", "lapsed"],
      "withdrawn": ["draft", "in_review", "withdrawn"],
      "superseded": ["draft", "in_review", "superseded"],
    ])

  static let grant = Machine(
    kind: "grant", prefix: "grant_", first: ("approved", "scheduled"),
    states: ["approved", "scheduled", "active", "suspended", "ended", "revoked", "replaced"],
    legal: [
      "scheduled": ["active", "revoked", "replaced"],
      "active": ["suspended", "revoked", "replaced", "ended"],
      "suspended": ["active", "revoked", "replaced", "ended"],
    ],
    paths: [
      "scheduled": ["approved", "scheduled"], "active": ["approved", "scheduled", "active"],
      "suspended": ["approved", "scheduled", "active", "suspended"],
      "ended": ["approved", "scheduled", "active", "ended"],
      "revoked": ["approved", "scheduled", "revoked"],
      "replaced": ["approved", "scheduled", "active", "replaced"],
    ])

  static let illegal = "transitions_kind_from_state_to_state_first_fkey"
  static let notHeld = "transitions_object_kind_before_from_state_fkey"

  private static func insert(
    _ object: String, _ kind: String, seq: Int, _ from: String, _ to: String
  ) -> String {
    """
    INSERT INTO transitions (object, kind, seq, from_state, to_state, event, at)
    VALUES ('\(object)', '\(kind)', \(seq), '\(from)', '\(to)',
      (SELECT id FROM events ORDER BY id LIMIT 1), now());
    """
  }

  private static func path(_ states: [String], of object: String, _ machine: Machine) -> String {
    zip(states, states.dropFirst()).enumerated().map { index, step in
      insert(object, machine.kind, seq: index + 1, step.0, step.1)
    }.joined()
  }

  @Test(
    "only the legal pairs follow each other, every other pair is refused",
    arguments: [round, grant])
  func pairs(machine: Machine) async throws {
    try await Psql.withScene { _, psql in
      for (from, path) in machine.paths {
        for to in machine.states {
          let object = newID(in: machine)
          let answer = try psql.answer(
            Self.path(path, of: object, machine)
              + Self.insert(object, machine.kind, seq: path.count, from, to))
          let isLegal = machine.legal[from]?.contains(to) == true
          let expected =
            !isLegal ? Self.illegal : to == "approved" ? "transitions_quorum" : Psql.accepted
          #expect(answer == expected, "\(machine.kind): \(from) → \(to)")
        }
      }
    }
  }

  @Test("an object begins in one way only", arguments: [round, grant])
  func beginnings(machine: Machine) async throws {
    try await Psql.withScene { _, psql in
      for from in machine.states {
        for to in machine.states {
          let answer = try psql.answer(
            Self.insert(newID(in: machine), machine.kind, seq: 1, from, to))
          let isFirst = (from, to) == machine.first
          #expect(answer == (isFirst ? Psql.accepted : Self.illegal), "\(from) → \(to)")
        }
      }
    }
  }

  @Test("nothing follows an approved round")
  func approved() async throws {
    try await Psql.withLease { _, _, psql in
      let round = try psql.value("SELECT id FROM rounds")
      for to in Self.round.states {
        let answer = try psql.answer(Self.insert(round, "round", seq: 3, "approved", to))
        #expect(answer == Self.illegal, "approved → \(to)")
      }
    }
  }

  @Test("a transition starts from the state that holds, at the next number, for its own kind")
  func chain() async throws {
    try await Psql.withScene { _, psql in
      let object = newID(in: Self.round)
      try psql.run(Self.path(["draft", "in_review", "rejected"], of: object, Self.round))
      let rows: [(seq: Int, from: String, to: String, answer: String)] = [
        (3, "in_review", "withdrawn", Self.notHeld), (3, "countered", "lapsed", Self.notHeld),
        (4, "in_review", "withdrawn", Self.notHeld), (9, "countered", "draft", Self.notHeld),
        (2, "in_review", "withdrawn", "transitions_pkey"),
        (1, "draft", "in_review", "transitions_pkey"),
        (0, "in_review", "lapsed", "transitions_seq_check"),
      ]
      for row in rows {
        let answer = try psql.answer(Self.insert(object, "round", seq: row.seq, row.from, row.to))
        #expect(answer == row.answer, "\(row)")
      }
      let asGrant = Self.insert(object, "grant", seq: 1, "approved", "scheduled")
      try psql.expect(asGrant, "transitions_check")
      let open = newID(in: Self.round)
      try psql.run(Self.path(["draft", "in_review"], of: open, Self.round))
      let gap = Self.insert(open, "round", seq: 3, "in_review", "withdrawn")
      try psql.expect(gap, Self.notHeld)
      let next = Self.insert(open, "round", seq: 2, "in_review", "withdrawn")
      try psql.expect(next, Psql.accepted)
    }
  }

  private func newID(in machine: Machine) -> String {
    machine.kind == "round" ? StoreTests.newID(RoundKind.self) : StoreTests.newID(GrantKind.self)
  }
}
