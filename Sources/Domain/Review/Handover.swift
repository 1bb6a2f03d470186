/// A part in a grant that passes to somebody else, once they accept it (lifecycle R15).
package struct Handover: Hashable, Sendable {
  package enum Part: String, Hashable, Sendable, CaseIterable {
    case owner, deputy, maintainer
  }

  package let grant: GrantID
  package let part: Part
  package let from: PersonID
  package let to: PersonID
  package let offeredBy: PersonID
  package let offeredAt: Timestamp
  /// The event of the offer; nil until it is recorded.
  package let offer: EventID?
  package let acceptedAt: Timestamp?

  package init(
    grant: GrantID, part: Part, from: PersonID, to: PersonID, offeredBy: PersonID,
    offeredAt: Timestamp, offer: EventID?, acceptedAt: Timestamp?
  ) {
    self.grant = grant
    self.part = part
    self.from = from
    self.to = to
    self.offeredBy = offeredBy
    self.offeredAt = offeredAt
    self.offer = offer
    self.acceptedAt = acceptedAt
  }
}

/// What a handover is judged by.
package struct Succession: Hashable, Sendable {
  package let part: Handover.Part
  /// Who holds the part now.
  package let holder: PersonID
  package let successor: Signer
  /// Who signed the round of the grant, by identity.
  package let signers: Set<PersonID>
  /// Of owner and deputy, by identity; nobody is both.
  package let counterpart: PersonID?

  package init(
    part: Handover.Part, holder: PersonID, successor: Signer, signers: Set<PersonID>,
    counterpart: PersonID?
  ) {
    self.part = part
    self.holder = holder
    self.successor = successor
    self.signers = signers
    self.counterpart = counterpart
  }

  fileprivate var refusals: [Refusal] {
    var found: [Refusal] = []
    if signers.contains(successor.identity) {
      found.append(
        .notAllowed(
          act: "Becoming \(part.rawValue)", who: "people who did not sign the round"))
    }
    if successor.identity == counterpart {
      found.append(
        .notAllowed(
          act: "Becoming \(part.rawValue)", who: "another person than owner and deputy together"))
    }
    if !successor.active {
      found.append(.partyInactive(part: part.rawValue, person: successor.person.text))
    }
    return found
  }
}

extension GrantStanding {
  /// Somebody who answers for the grant offers a part of it to a successor.
  package func offered(
    _ succession: Succession, by signer: Signer, parties: Parties, actor: Actor,
    at now: Timestamp
  ) throws(Refusals) -> Ruling<Handover> {
    var refusals = overRefusals(at: now)
    let mayOffer =
      parties.mayActFor(signer.identity) || parties.deputy == signer.identity
      || parties.maintainer == signer.identity
    if !mayOffer {
      refusals.append(
        .notAllowed(
          act: "Handing over", who: "the requester, the owner, the deputy or the maintainer"))
    }
    if succession.holder == succession.successor.person { refusals.append(.samePerson) }
    try Refusals.check(refusals + succession.refusals)
    let handover = Handover(
      grant: id, part: succession.part, from: succession.holder, to: succession.successor.person,
      offeredBy: signer.person, offeredAt: now, offer: nil, acceptedAt: nil)
    return Ruling(
      handover,
      entry(.grantHandoverOffered, by: actor, at: now, detail: handover.logDetail))
  }

  /// The successor accepts; the part is theirs from now on.
  ///
  /// - Parameter offer: the newest one of the part to this person that nobody has accepted.
  package func accepted(
    _ offer: Handover?, _ succession: Succession, actor: Actor, at now: Timestamp
  ) throws(Refusals) -> Ruling<Handover> {
    let refusals = overRefusals(at: now)
    guard let offer, offer.from == succession.holder else {
      throw Refusals(refusals + [.noHandover(part: succession.part.rawValue)])
    }
    try Refusals.check(refusals + succession.refusals)
    let handover = Handover(
      grant: id, part: offer.part, from: offer.from, to: offer.to, offeredBy: offer.offeredBy,
      offeredAt: offer.offeredAt, offer: offer.offer, acceptedAt: now)
    return Ruling(
      handover,
      entry(.grantHandoverAccepted, by: actor, at: now, detail: handover.logDetail))
  }
}

extension Handover {
  fileprivate var logDetail: JSONObject {
    ["part": .string(part.rawValue), "from": JSON(from), "to": JSON(to)]
  }
}
