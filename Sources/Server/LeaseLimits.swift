import Domain
import Wire
import Workflow

/// The fields `RateLimit-Policy` and `RateLimit` of answers about leases. Two quotas are told:
/// `lease`, the requests of the term, and `day`, those of the budget's local day.
enum LeaseLimits {
  private static let lease = "lease"
  private static let day = "day"
  private static let total = "total"
  private static let daySeconds: Int64 = 86_400

  /// What a holder may spend: its whole term, and what the day leaves to all workers after it.
  static func policies(of held: LeaseAnswer) -> String {
    let term = held.lease.term
    return QuotaPolicy.field([
      QuotaPolicy(
        lease, quota: term.quota, windowSeconds: seconds(from: term.issuedAt, to: term.expiresAt)),
      QuotaPolicy(day, quota: held.day.requests, windowSeconds: daySeconds),
    ])
  }

  static func limits(of held: LeaseAnswer) -> String {
    ServiceLimit.field([
      ServiceLimit(
        lease, remaining: held.lease.term.quota,
        resetsInSeconds: seconds(from: held.now, to: held.lease.term.expiresAt)),
      ServiceLimit(
        day, remaining: held.day.left,
        resetsInSeconds: seconds(from: held.now, to: held.day.endsAt)),
    ])
  }

  /// What refusals say is spent; nil where they are about something else. No reset lies after
  /// the `Retry-After` of the same refusals.
  static func limits(of refusals: Refusals, at now: Timestamp) -> String? {
    let limits = refusals.all.compactMap { refusal -> ServiceLimit? in
      let name: String
      switch refusal {
      case .noCapacity: name = lease
      case .dailyRequestsSpent: name = day
      case .totalRequestsSpent: name = total
      default: return nil
      }
      return ServiceLimit(
        name, remaining: 0, resetsInSeconds: refusal.until.map { Problems.wait(from: now, to: $0) })
    }
    return limits.isEmpty ? nil : ServiceLimit.field(limits)
  }

  /// Rounded up: nobody comes back early.
  private static func seconds(from now: Timestamp, to end: Timestamp) -> Int64 {
    max(0, (end.microseconds(since: now) + 999_999).floored(by: 1_000_000))
  }
}
