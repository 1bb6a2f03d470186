/// The list of edge cases of the lifecycle, in its words and order.
extension LifecycleCoverageTests {
  static let edgeCases = [
    Proof("requester also holds the risk role", "requester also holds the risk role"),
    Proof("requester renamed", "requester renamed"),
    Proof(
      "second account of the requester", "second account of the requester",
      "self decision: 403 self_decision, also renamed, also by a second account"),
    Proof("reviewer edits then approves", "reviewer edits then approves"),
    Proof(
      "editor whose text was reverted",
      "editor whose text was reverted: the round of the old bytes is closed to them for ever",
      "an editor never decides, even when the text was reverted"),
    Proof(
      "same digest submitted again while in review",
      "same digest submitted again while in review: no_change"),
    Proof(
      "revert of r2 to r1's content",
      "revert of r2 to r1's content: a new round, and old decisions do not count"),
    Proof(
      "approve and reject at the same instant, 100 times",
      "approve and reject at the same instant, 100 times: never a grant that was rejected",
      "approve against reject, a hundred times: a grant never stands beside a rejection"),
    Proof(
      "two last approvals at once, 50 in parallel",
      "two last approvals at once, 50 in parallel: one approved entry and one grant",
      "two last approvals at once, 50 in parallel, under conditions: one counter-offer"),
    Proof(
      "retry after a dropped connection",
      "retry after a dropped connection: the last approval counts once and makes one grant",
      "a decision whose answer was lost is there; under its key the repeat is a replay"),
    Proof(
      "role removed between two approvals, then given back",
      "role removed between two approvals, then given back"),
    Proof(
      "role granted after approving", "role granted after approving never fills a seat"),
    Proof(
      "only one eligible legal person and it is the requester",
      "only one eligible legal person and it is the requester"),
    Proof(
      "0.001 req/s condition", "0.001 req/s condition: allowed, with the projected duration"),
    Proof(
      "disjoint window conditions", "disjoint window conditions: refused, and both sides see it"),
    Proof(
      "the owner, deputy or maintainer holds a deciding role",
      "the owner, deputy or maintainer holds a deciding role",
      "party decision: 403 party_decision for owner, deputy and maintainer"),
    Proof(
      "one administrator alone gives a deciding role",
      "one administrator alone gives a deciding role: nothing changes until another one does",
      "a deciding role given by one administrator: 202 awaiting_second, and nothing changes"),
    Proof(
      "approval after decide_by",
      "approval after decide_by: refused from that instant on, without any job"),
    Proof(
      "new revision while a grant is active",
      "new revision while a grant is active: another round, and the grant stands meanwhile",
      "17: new revision while a grant is active: the old one makes room, its leases count on"),
    Proof(
      "last lock and last grant removed",
      "last lock and last grant removed: both take effect at once"),
    Proof(
      "site upgraded to government while active",
      "site upgraded to government while active: suspended at once, and only a round helps"),
    Proof(
      "DST in windows",
      "DST in windows: leases are given by the wall's clock where the site is",
      "a reading skipped by daylight saving never opens, a repeated one opens twice"),
    Proof(
      "reviewer deactivated after finalisation",
      "reviewer deactivated after finalisation: stands, flagged",
      "a reviewer deactivated after finalisation: the grant stands"),
  ]
}
