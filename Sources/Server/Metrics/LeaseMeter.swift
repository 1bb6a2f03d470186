import Domain
import HTTPTypes
import Metrics

/// What a lease is asked for.
package enum LeaseCall: String, CaseIterable, Sendable {
  case grant, renewal
  /// The lease is given back.
  case restitution = "return"
}

/// What came of the calls about leases.
package final class LeaseMeter: Sendable {
  /// Made once, with every code there is: counting changes nothing but a number.
  private let counters: [LeaseCall: [String: Counter]]

  private static let done = "ok"
  private static let replayed = "replayed"

  package init() {
    let results =
      [Self.done, Self.replayed] + Refusal.Code.allCases.map(\.rawValue)
      + ProblemCode.allCases.map(\.rawValue)
    let row = {
      Dictionary(results.map { ($0, Counter()) }, uniquingKeysWith: { first, _ in first })
    }
    counters = Dictionary(uniqueKeysWithValues: LeaseCall.allCases.map { ($0, row()) })
  }

  /// A call was answered.
  func count(_ call: LeaseCall, _ answer: Answer) {
    counters[call]?[Self.result(of: answer)]?.add()
  }

  /// `ok` is there from the start, every other result once it has occurred.
  var family: MetricFamily {
    MetricFamily(
      "lease_calls_total",
      "Leases granted, renewed and returned, and why not: ok, replayed or the code of the refusal.",
      .counters(
        LeaseCall.allCases.flatMap { call in
          (counters[call] ?? [:]).filter { $0.key == Self.done || $0.value.value > 0 }
            .sorted { $0.key < $1.key }
            .map { ([("call", call.rawValue), ("result", $0.key)], Double($0.value.value)) }
        }))
  }

  private static func result(of answer: Answer) -> String {
    if answer.headers.contains(where: { $0.name == .idempotencyReplayed }) { return replayed }
    guard case .problem(.object(let problem)) = answer.body,
      case .string(let code)? = problem["code"]
    else { return done }
    return code
  }
}
