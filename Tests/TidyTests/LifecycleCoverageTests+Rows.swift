/// The table of the lifecycle, row by row.
extension LifecycleCoverageTests {
  static let rows = [
    Proof("1", "transition 1: a requester makes a draft, with owner and maintainer named"),
    Proof(
      "2", "transition 2: the requester echoes the digest, and a round opens with its deadlines",
      "transition 2: capacity that nobody knows is granted at the floor rate and no more",
      "transition 2: a prohibited finding refuses submission",
      "a seat that nobody could fill is refused at submission, and nothing is stored",
      "what cannot be submitted is told with every reason at once"),
    Proof(
      "3", "transition 3: an approval counts its seat, and the round stays in review",
      "R6: a seat takes one approval, the next one neither beside it nor after it"),
    Proof(
      "4", "transition 4: every seat by another person; the same transaction makes the grant",
      "transition 4: every seat signed, nobody against, nobody twice",
      "R8: a role lost, or given back after signing, or an account closed, fills no seat",
      "an approval is void once its signer lost the role; the seat is filled by another"),
    Proof(
      "5",
      "transitions 5 and 6: some condition narrows; accepted by digest the numbers are granted",
      "a round signed under conditions is countered first, with its offer and its quorum"),
    Proof(
      "6",
      "transitions 5 and 6: some condition narrows; accepted by digest the numbers are granted",
      "it is approved by its acceptance, declined by its decline, and by a party only"),
    Proof("7", "transition 7: declined it is a draft until another revision is submitted"),
    Proof(
      "8", "transition 8: changes requested close the round; only a new revision goes on",
      "changes requested: the same text is no answer, a new revision is"),
    Proof(
      "9",
      "transition 9: anybody eligible rejects, also beside a filled seat; final for that digest",
      "a new revision supersedes the round; rejected bytes stay rejected"),
    Proof(
      "10", "transition 10: a lapse is recorded once, by nobody's call, and only when it is due",
      "transitions 10 and 11 from countered: it lapses at decide_by, or is withdrawn"),
    Proof(
      "11", "transition 11: requester or owner withdraws what is open; nobody else, and not twice",
      "transitions 10 and 11 from countered: it lapses at decide_by, or is withdrawn"),
    Proof(
      "12", "transition 12: decisions of a superseded round stay visible as stale, with the diff"),
    Proof(
      "13", "13: a ceiling lowered during the review lowers the number, set by the site",
      "13: a grant that has not started starts at its instant; under a cause it starts suspended"),
    Proof(
      "14", "14: a suspension refuses grants, renewals, replays and introspection at once",
      "14: two missed attestations suspend at their instant; the maintainer and a reviewer mend it",
      "14: a maintainer who left suspends after 72 hours; a successor accepts and a lawyer resumes",
      "14 15: expired evidence suspends at its instant; only renewed evidence brings it back",
      "grants: too much is suspended with its cause, more duty is flagged, less is nothing"),
    Proof(
      "15",
      "15: cause by cause: each takes the role that owns it, the last one lifts the suspension",
      "15: after harm two people resume, as the first time; the second lifts it",
      "15: a cause is lifted by its signatures only, after harm by two; none may stand"),
    Proof(
      "16", "transition 16: each who may revokes alone, and the leases go with the grant",
      "16: a scheduled and a suspended grant are revoked too, by one person"),
    Proof(
      "17", "17: old and new together never exceed the larger, looked at from a second connection",
      "17: a grant that starts later takes the place then; revoked before, the old one goes on"),
    Proof(
      "18", "18: a grant is over at its end, and when its total requests are spent and nothing runs"
    ),
    Proof(
      "19", "transition 19: one person locks, two release, one of them with a role of the locker",
      "a lock stops grants, renewals and introspection at once; two people lift it",
      "a first and a second release by two human beings, and no third"),
  ]

  /// The same from psql, past the product.
  static let schema = [
    Proof("pairs", "only the legal pairs follow each other, every other pair is refused"),
    Proof("beginnings", "an object begins in one way only"),
    Proof("ends", "nothing follows an approved round"),
    Proof(
      "chain",
      "a transition starts from the state that holds, at the next number, for its own kind"),
    Proof("grants", "R10: a grant stands on an approved round, on its digest, and there is one"),
    Proof(
      "decisions",
      "R6: one human being decides once, whatever the role, the account or the number"),
    Proof("locks", "a first and a second release by two human beings, and no third"),
  ]
}
