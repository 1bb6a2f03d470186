package import Domain
package import Postgres

/// Counter-offers and their answers.
package enum CounterStore {
  /// The counter-offer of a round; nil while none was made.
  package static func find(
    of round: RoundID, in tx: borrowing Transaction
  ) async throws -> CounterOffer? {
    guard let row = try await tx.oneOrNil(select, [.id(round)]) else { return nil }
    return CounterOffer(
      id: try row.identifier(0, of: CounterKind.self), round: round,
      bytes: ContentBytes(bytes: try row.bytes(1), digest: try row.digest(2)),
      madeAt: try row.instant(3),
      answer: try row.textOrNil(4).map { try row.decoded(4, CounterAnswer(rawValue: $0)) })
  }

  /// Makes the counter-offer: in_review → countered.
  package static func record(
    _ ruling: Ruling<CounterOffer>, in tx: borrowing Transaction
  ) async throws {
    let counter = ruling.subject
    let event = try await LogStore.append(ruling.entry, in: tx)
    try await tx.execute(
      insert,
      [
        .id(counter.id), .id(counter.round), .bytes(counter.bytes.bytes),
        .digest(counter.digest), .id(event), .instant(counter.madeAt),
      ], rows: 1)
    TransitionStore.append(
      counter.round, from: RoundState.inReview.rawValue, to: RoundState.countered.rawValue,
      event: event, at: ruling.entry.at, in: tx)
  }

  /// Writes the answer. A decline ends the round (countered → draft); an acceptance comes before
  /// the approval, which is recorded with the round.
  package static func record(
    _ ruling: Ruling<AnsweredCounter>, because reason: String? = nil,
    in tx: borrowing Transaction
  ) async throws {
    let (answered, counter) = (ruling.subject, ruling.subject.counter)
    let event = try await LogStore.append(ruling.entry, in: tx)
    if let reason { LogStore.insertReason(reason, of: event, in: tx) }
    try await tx.execute(
      answered.answer == .accepted ? insertAcceptance : insertDecline,
      [
        .id(counter.id), .id(counter.round), .digest(counter.digest), .id(answered.person),
        .id(answered.identity), .id(event), .instant(ruling.entry.at),
      ], rows: 1)
    guard answered.answer == .declined else { return }
    TransitionStore.append(
      counter.round, from: RoundState.countered.rawValue, to: RoundState.draft.rawValue,
      event: event, at: ruling.entry.at, in: tx)
  }

  static let select = Statement(
    """
    SELECT c.id, c.bytes, c.digest, c.made_at,
      CASE WHEN EXISTS (SELECT FROM counter_acceptances a WHERE a.counter = c.id) THEN 'accepted'
        WHEN EXISTS (SELECT FROM counter_declines d WHERE d.counter = c.id) THEN 'declined' END
    FROM counter_offers c WHERE c.round = $1
    """)

  static let insert = Statement(
    """
    INSERT INTO counter_offers (id, round, bytes, digest, event, made_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    """)

  static let insertAcceptance = Statement(
    """
    INSERT INTO counter_acceptances (counter, round, digest, person, identity, event, accepted_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)

  static let insertDecline = Statement(
    """
    INSERT INTO counter_declines (counter, round, digest, person, identity, event, declined_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    """)
}
