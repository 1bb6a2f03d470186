import Domain
import Testing

@Suite("submission")
struct SubmissionTests {
  typealias Build = ReviewBuilder
  let now = Build.start.adding(seconds: 3_600)
  let requester = Build.signer(4, [.requester])

  private func submission(
    _ changes: [String: JSON?] = [:], rounds: [Round] = [], candidates: [Signer]? = nil,
    parties: Parties = Build.parties, inactive: PersonID? = nil, counter: Digest? = nil
  ) throws -> Submission {
    Submission(
      proposal: Build.proposal, revision: ContentBuilder.id(RevisionKind.self, 1),
      revisionNumber: 1, digest: Build.digest, content: try ContentBuilder.content(changes),
      assessment: try Build.assessment(changes), policyVersion: 1, respondWithinDays: 2,
      parties: parties,
      partyAccounts: [
        (
          part: "owner",
          signer: Build.signer(1, [], active: inactive != ContentBuilder.owner)
        )
      ],
      rounds: rounds, counter: counter,
      candidates: candidates ?? [
        Build.signer(10, [.legalReviewer]), Build.signer(11, [.riskReviewer]),
        Build.signer(15, [.businessOwner]), Build.signer(16, [.securityReviewer]),
      ])
  }

  private func codes(
    _ submission: Submission, _ signer: Signer? = nil, echoing digest: Digest = Build.digest,
    at instant: Timestamp? = nil
  ) -> [String] {
    let signer = signer ?? requester
    do throws(Refusals) {
      _ = try submission.opened(
        echoing: digest, by: signer, actor: Build.actor(signer), at: instant ?? now)
      return []
    } catch {
      let others = error.all.map(\.code).filter { $0 != error.first.code }
      return ([error.first.code] + others).map(\.rawValue)
    }
  }

  @Test("a round opens with the tier's seats and the policy's times")
  func opens() throws {
    let ruling = try submission().opened(
      echoing: Build.digest, by: requester, actor: Build.actor(requester), at: now)
    #expect(ruling.subject.seats == [.legalReviewer, .riskReviewer])
    #expect(ruling.subject.respondBy == now.adding(seconds: 2 * 86_400))
    #expect(ruling.subject.decideBy == now.adding(seconds: 14 * 86_400))
    let t3 = try submission(["targets/0/answers/enumerates": true]).opened(
      echoing: Build.digest, by: requester, actor: Build.actor(requester), at: now)
    #expect(t3.subject.decideBy == now.adding(seconds: 7 * 86_400))
  }

  @Test("only the requester or the owner submits, and what they read")
  func caller() throws {
    #expect(codes(try submission(), Build.signer(1, [])) == [])
    #expect(codes(try submission(), Build.signer(2, [])) == ["not_allowed"])
    #expect(codes(try submission(), echoing: .zero) == ["stale_digest"])
  }

  @Test(
    "the same digest again",
    arguments: [
      (RoundState.inReview, ["no_change"]), (.countered, ["no_change"]),
      (.approved, ["no_change"]), (.changesRequested, ["no_change"]),
      (.draft, ["no_change"]), (.rejected, ["digest_rejected"]), (.lapsed, []), (.withdrawn, []),
      (.superseded, []),
    ])
  func sameDigest(state: RoundState, expected: [String]) throws {
    #expect(codes(try submission(rounds: [Build.round(state)])) == expected)
  }

  @Test("another digest waits until a counter-offer is answered")
  func counterPending() throws {
    func submission(_ round: Round, _ counter: Digest?) throws -> Submission {
      try self.submission(rounds: [round], counter: counter)
    }
    let open = Build.round(.countered, digest: .zero)
    #expect(codes(try submission(open, Build.digest)) == ["counter_pending"])
    #expect(codes(try submission(open, Build.digest), at: open.decideBy) == [])
    #expect(codes(try submission(Build.round(.draft, digest: .zero), nil)) == [])
    #expect(codes(try submission(Build.round(.inReview, digest: .zero), nil)) == [])
  }

  @Test("a rejected digest stays rejected behind other rounds; a revert to another opens a round")
  func earlierRounds() throws {
    let other = Build.round(.superseded, digest: .zero, n: 2)
    #expect(codes(try submission(rounds: [Build.round(.rejected), other])) == ["digest_rejected"])
    #expect(codes(try submission(rounds: [Build.round(.superseded), other])) == [])
  }

  @Test("a new revision supersedes the open round, a round past its time has lapsed instead")
  func supersedes() throws {
    let open = Build.round(.inReview, digest: .zero)
    let submission = try submission(rounds: [open])
    let actor = Build.actor(requester)
    #expect(submission.superseded(by: actor, at: now)?.subject.recorded == .superseded)
    #expect(submission.superseded(by: actor, at: open.decideBy) == nil)
    #expect(submission.lapsed(by: actor, at: open.decideBy)?.subject.recorded == .lapsed)
    #expect(submission.lapsed(by: actor, at: now) == nil)
  }

  @Test("a prohibited proposal names the rules, and what blocks it besides")
  func prohibited() throws {
    let changes: [String: JSON?] = [
      "targets/0/answers/circumvents_measures": true, "answers/alternatives": nil,
    ]
    #expect(
      codes(try submission(changes)) == ["not_submittable", "tier_prohibited", "block_submit"])
  }

  @Test(
    "seats need different eligible people",
    arguments: [
      // nobody holds risk
      ([Build.signer(10, [.legalReviewer])], [Role.riskReviewer]),
      // one person holds both
      ([Build.signer(12, [.legalReviewer, .riskReviewer])], [.riskReviewer]),
      // two accounts of one person
      (
        [
          Build.signer(10, [.legalReviewer]),
          Build.signer(60, [.riskReviewer], identity: 10),
        ], [.riskReviewer]
      ),
      // the only legal reviewer is the requester
      (
        [Build.signer(4, [.legalReviewer]), Build.signer(11, [.riskReviewer])],
        [.legalReviewer]
      ),
      // an editor, and somebody inactive
      (
        [
          Build.signer(40, [.legalReviewer]),
          Build.signer(11, [.riskReviewer], active: false),
        ], [.legalReviewer, .riskReviewer]
      ),
      // the one who holds both frees the seat that only they can fill
      (
        [
          Build.signer(12, [.legalReviewer, .riskReviewer]),
          Build.signer(13, [.legalReviewer]),
        ], []
      ),
    ])
  func seats(candidates: [Signer], missing: [Role]) throws {
    let seating = Seating(
      roles: [.legalReviewer, .riskReviewer], candidates: candidates, parties: Build.parties)
    #expect(seating.unfillable == missing)
    let expected =
      missing.isEmpty ? [] : ["not_submittable"] + missing.map { _ in "seat_unfillable" }
    #expect(codes(try submission(candidates: candidates)) == expected)
  }

  @Test("disjoint hours of content and tier are refused")
  func windows() throws {
    let changes: [String: JSON?] = [
      "targets/0/answers/enumerates": true,
      "targets/0/windows": [["days": "all", "start": "06:00", "end": "23:00"]],
    ]
    #expect(codes(try submission(changes)) == ["not_submittable", "window_empty"])
    #expect(
      codes(
        try submission(
          changes.merging([
            "targets/0/windows": [["days": "all", "start": "05:59", "end": "23:00"]]
          ]) { $1 })) == [])
  }

  @Test("an inactive owner, an owner who is their own deputy, a period that is over")
  func content() throws {
    #expect(
      codes(try submission(inactive: ContentBuilder.owner))
        == ["not_submittable", "party_inactive"])
    let alone = Parties(
      requester: ContentBuilder.requester, owner: ContentBuilder.owner,
      deputy: ContentBuilder.owner, maintainer: ContentBuilder.maintainer, editors: [])
    #expect(codes(try submission(parties: alone)) == ["not_submittable", "content_incomplete"])
    let end = try #require(Timestamp("2027-02-28T16:00:00Z"))
    #expect(codes(try submission(), at: end) == ["not_submittable", "content_incomplete"])
    #expect(codes(try submission(), at: end.adding(microseconds: -1)) == [])
  }
}
