/// Everything that the impact assessment of a revision says (网络数据安全管理条例 art. 18): stored
/// facts, and what follows from them by arithmetic. The same facts give the same document.
package struct ImpactFacts: Sendable {
  package let proposal: Proposal
  package let revision: RevisionRecord
  /// Of the revision's exact bytes.
  package let content: JSON
  /// As it was made at submission, or by a later policy; for a draft on the day of the revision.
  package let assessment: JSON
  package let load: [ExpectedLoad]
  package let policy: (version: Int64, digest: Digest, title: String)
  package let sources: JSON
  package let questions: [Question]
  /// The newest round of this revision; nil while there was none.
  package let round: Round?
  package let grant: GrantRecord?
  /// Stops that cover the proposal, its grant or its hosts now.
  package let locks: [Lock]
  /// Everybody who is named, by id.
  package let people: [PersonID: Person]

  package init(
    proposal: Proposal, revision: RevisionRecord, content: JSON, assessment: JSON,
    load: [ExpectedLoad], policy: (version: Int64, digest: Digest, title: String),
    sources: JSON, questions: [Question], round: Round?,
    grant: GrantRecord?, locks: [Lock], people: [PersonID: Person]
  ) {
    self.proposal = proposal
    self.revision = revision
    self.content = content
    self.assessment = assessment
    self.load = load
    self.policy = policy
    self.sources = sources
    self.questions = questions
    self.round = round
    self.grant = grant
    self.locks = locks
    self.people = people
  }

  /// Everybody whom the facts name.
  package static func named(
    _ proposal: Proposal, _ revision: RevisionRecord, _ round: Round?, _ locks: [Lock]
  ) -> [PersonID] {
    let parties = [
      proposal.requester, revision.author, revision.owner, revision.deputy,
      revision.maintainer,
    ]
    return parties + (round?.decisions.map(\.person) ?? []) + locks.map(\.lockedBy)
  }

  /// The instant of the newest fact: the document is dated by it, not by a clock.
  package var asOf: Timestamp {
    let times =
      [revision.createdAt, round?.openedAt, grant?.createdAt].compactMap(\.self)
      + (round?.decisions.map(\.decidedAt) ?? []) + locks.map(\.lockedAt)
    return times.max() ?? revision.createdAt
  }

  /// All of it; the document is made of nothing else, and its canonical bytes are what the
  /// document's digest of inputs is of.
  package var json: JSON {
    var members: JSONObject = [
      "schema": "countersign.impact-assessment/v1",
      "proposal": [
        "id": JSON(proposal.id), "number": JSON(proposal.number),
        "created_at": JSON(proposal.createdAt),
      ],
      "revision": [
        "id": JSON(revision.id), "n": JSON(revision.n), "digest": JSON(revision.digest),
        "created_at": JSON(revision.createdAt), "author": person(revision.author),
      ],
      "as_of": JSON(asOf),
      "people": [
        "requester": person(proposal.requester), "owner": person(revision.owner),
        "deputy": person(revision.deputy), "maintainer": person(revision.maintainer),
      ],
      "content": content,
      "policy": [
        "version": JSON(policy.version), "digest": JSON(policy.digest),
        "title": .string(policy.title),
      ],
      "assessment": assessment, "sources": sources,
      "questions": .array(questions.filter(\.isAsked).map(\.json)),
      "load": .array(load.map(\.json)),
      "locks": .array(locks.map(lock)),
    ]
    members["round"] = round.map(round)
    members["grant"] = grant.map(grant)
    return .object(members)
  }

  private func person(_ id: PersonID) -> JSON {
    var members: JSONObject = ["id": JSON(id)]
    members["name"] = people[id].map { .string($0.name) }
    members["email"] = people[id].map { .string($0.email) }
    return .object(members)
  }

  private func round(_ round: Round) -> JSON {
    [
      "id": JSON(round.id), "n": JSON(round.n), "state": .string(round.recorded.rawValue),
      "opened_at": JSON(round.openedAt), "respond_by": JSON(round.respondBy),
      "decide_by": JSON(round.decideBy),
      "seats": .array(round.seats.map { .string($0.rawValue) }),
      "decisions": .array(
        round.decisions.map { decision in
          var members: JSONObject = [
            "id": JSON(decision.id), "person": person(decision.person),
            "role": .string(decision.role.rawValue),
            "verdict": .string(decision.verdict.rawValue),
            "decided_at": JSON(decision.decidedAt),
          ]
          members["reason"] = decision.reason.map { .string($0) }
          members["conditions"] = decision.conditions.map(\.json)
          if decision.standing == .void { members["void"] = true }
          return .object(members)
        }),
    ]
  }

  private func grant(_ grant: GrantRecord) -> JSON {
    [
      "id": JSON(grant.standing.id), "state": .string(grant.standing.recorded.rawValue),
      "starts_at": JSON(grant.standing.startsAt), "ends_at": JSON(grant.standing.endsAt),
      "tier": .string(grant.tier.description), "created_at": JSON(grant.createdAt),
    ]
  }

  private func lock(_ lock: Lock) -> JSON {
    var members: JSONObject = [
      "id": JSON(lock.id), "scope": .string(lock.scope.kind.rawValue),
      "reason": .string(lock.reason), "locked_at": JSON(lock.lockedAt),
      "locked_by": person(lock.lockedBy),
    ]
    members["scope_id"] = lock.scope.id.map { .string($0) }
    return .object(members)
  }
}

extension Question {
  fileprivate var json: JSON {
    [
      "key": .string(key), "group": .string(group), "scope": .string(scope.rawValue),
      "en": .string(english), "zh": .string(chinese),
    ]
  }
}
