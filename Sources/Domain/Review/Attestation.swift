/// The maintainer's word that a crawl runs as it was approved (lifecycle R15).
package struct Attestation: Hashable, Sendable {
  package let grant: GrantID
  package let person: PersonID
  package let at: Timestamp
  /// From when the next one counts: now, or the start of a grant that has not started.
  package let countsFrom: Timestamp

  package var nextDue: Timestamp {
    countsFrom.adding(seconds: GrantInstants.attestEverySeconds)
  }
}

extension GrantStanding {
  /// The maintainer attests; missed ones are not made good by it, a reviewer resumes the grant.
  package func attested(
    by signer: Signer, parties: Parties, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Attestation> {
    var refusals = overRefusals(at: now)
    if signer.identity != parties.maintainer {
      refusals.append(.notAllowed(act: "Attesting", who: "the maintainer of the grant"))
    }
    try Refusals.check(refusals)
    let attestation = Attestation(
      grant: id, person: signer.person, at: now, countsFrom: max(now, startsAt))
    return Ruling(
      attestation,
      entry(
        .grantAttested, by: actor, at: now, detail: ["next_due": JSON(attestation.nextDue)]))
  }
}
