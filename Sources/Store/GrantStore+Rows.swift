import Domain
import Postgres

extension GrantStore {
  /// Reads the columns that every list of grants selects.
  static func grant(_ row: Row) throws -> GrantRecord {
    GrantRecord(
      standing: try standing(row), round: try row.identifier(13, of: RoundKind.self),
      tier: try row.decoded(14, Tier(try row.text(14))),
      pools: try row.textArray(15).map { try row.decoded(15, PoolID($0)) },
      buildDigests: try row.textArray(16).map { try row.decoded(16, Digest($0)) },
      tokenBlocks: try JSONParser.parse(Array(try row.text(17).utf8)),
      terms: try JSONParser.parse(try row.bytes(18)), hosts: try row.textArray(19),
      createdAt: try row.instant(20),
      holders: GrantRecord.Holders(
        owner: try row.identifier(21, of: PersonKind.self),
        deputy: try row.identifier(22, of: PersonKind.self),
        maintainer: try row.identifier(23, of: PersonKind.self)),
      attestedAt: try row.instant(24),
      replacedBy: try row.identifierOrNil(25, of: GrantKind.self))
  }

  private static func standing(_ row: Row) throws -> GrantStanding {
    GrantStanding(
      id: try row.identifier(0, of: GrantKind.self),
      proposal: try row.identifier(1, of: ProposalKind.self), digest: try row.digest(2),
      startsAt: try row.instant(3),
      instants: GrantInstants(
        endsAt: try row.instant(6), replacedAt: try row.instantOrNil(7),
        evidenceExpiresAt: try row.instantOrNil(8),
        attestationMissedAt: try row.instantOrNil(9), partyGoneAt: try row.instantOrNil(10),
        spentAt: try row.instantOrNil(11)),
      recorded: try row.decoded(4, GrantState(rawValue: try row.text(4))),
      recordedAt: try row.instant(5), suspensions: try suspensions(row, 12))
  }

  private static func suspensions(_ row: Row, _ column: Int) throws -> [Suspension] {
    guard case .array(let items) = try JSONParser.parse(Array(try row.text(column).utf8)) else {
      return try row.decoded(column, nil)
    }
    return try items.map { item in
      guard case .object(let members) = item, case .string(let cause)? = members["cause"],
        case .string(let event)? = members["event"], case .number(let since)? = members["since"],
        let microseconds = since.int64, case .array(let signers)? = members["signed_by"]
      else { return try row.decoded(column, nil) }
      return Suspension(
        try row.decoded(column, SuspensionCause(rawValue: cause)),
        subject: members["subject"]?.text, fact: members["fact"]?.text,
        since: Timestamp(microseconds: microseconds),
        event: try row.decoded(column, EventID(event)),
        signedBy: try signers.map { try row.decoded(column, $0.text.flatMap { PersonID($0) }) })
    }
  }
}

extension JSON {
  fileprivate var text: String? {
    if case .string(let text) = self { text } else { nil }
  }
}
