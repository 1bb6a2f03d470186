import Domain
import Wire
import Workflow

extension GrantLease.Input {
  /// The body of `POST /v1/leases`.
  static func read(_ body: JSONReader) -> GrantLease.Input? {
    let proposal = body.required("proposal", .proposalReference)
    let worker = body.required("worker", .machineName)
    let hosts = body.required("hosts", .set(1...LeaseRequest.hostsMax, of: .host))
    let wish = body.optional("wants_rps", .rate)
    let point = body.optional("enforcement_point", .string(1...64))
    let build = body.optional("build_digest", .digest)
    guard let proposal, let worker, let hosts else { return nil }
    return GrantLease.Input(
      proposal: proposal, worker: worker, hosts: hosts, wish: wish, enforcementPoint: point,
      buildDigest: build)
  }
}

extension RenewLease.Input {
  /// The body of a renewal.
  static func read(_ body: JSONReader) -> RenewLease.Input? {
    let term = body.required("term", .term)
    let report = body.required("usage", .usageReport)
    let wish = body.optional("wants_rps", .rate)
    guard let term, let report else { return nil }
    return RenewLease.Input(term: term, report: report, wish: wish)
  }
}

extension ReturnLease.Input {
  /// The body of a return.
  static func read(_ body: JSONReader) -> ReturnLease.Input? {
    let term = body.required("term", .term)
    let report = body.required("usage", .usageReport)
    guard let term, let report else { return nil }
    return ReturnLease.Input(term: term, report: report)
  }
}

extension JSONField where Value == Int64 {
  /// The number of a lease's term.
  fileprivate static var term: JSONField { .integer(1...1_000_000_000_000) }
}

extension JSONField where Value == String {
  /// A proposal's id, or its number as a number or as text.
  fileprivate static var proposalReference: JSONField {
    JSONField { slot in
      if case .number(let number) = slot.value, let value = number.int64, value > 0 {
        return String(value)
      }
      guard case .string(let text) = slot.value else {
        return slot.fail(.wrongType, "must be a proposal's id or number")
      }
      guard ProposalID(text) != nil || (Int64(digits: text.utf8) ?? 0) > 0 else {
        return slot.fail(.invalidFormat, "must be a proposal's id or number")
      }
      return text
    }
  }
}
