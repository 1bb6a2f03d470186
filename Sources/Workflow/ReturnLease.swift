package import Domain
package import Postgres
import Store

/// A lease is given back before its time.
package struct ReturnLease: Command {
  package struct Input: Hashable, Sendable {
    package let term: Int64
    package let report: UsageReport

    package init(term: Int64, report: UsageReport) {
      self.term = term
      self.report = report
    }
  }

  package let lease: LeaseID
  package let input: Result<Input, InvalidBody>

  package init(lease: LeaseID, input: Result<Input, InvalidBody>) {
    self.lease = lease
    self.input = input
  }

  /// The first instant at which the share is free.
  package func run(by act: Act, in tx: borrowing Transaction) async throws -> Timestamp {
    let returner: Lease.Returner
    switch act.holder {
    case .pool(let id, _, _)?: returner = .pool(id)
    case .gateway(let id, _)?: returner = .gateway(id)
    case .person?, nil:
      throw Refusals(.notAllowed(act: "Returning a lease", who: "its pool or enforcement point"))
    }
    let context = try await act.context(of: lease, in: tx)
    let input = try input.get()
    let (ground, view, last, head) = try await act.locked(
      context, loggingIn: StreamID(context.grant.id), in: tx)
    let scene = HearingScene(
      lease: view.lease, ground: ground, lastReport: last, sites: context.sites)
    let heard = try await act.hear(
      input.report, with: .restitution, holding: input.term, by: returner, in: scene, in: tx)
    let result: Lease.Return
    do throws(Refusals) {
      result = try view.lease.returned(
        holding: input.term, report: input.report, heard: heard,
        account: ground.standing?.account, by: returner, actor: act.actor, at: ground.now)
    } catch {
      guard let heard, try await act.keep(heard, of: scene, in: tx) else { throw error }
      throw KeptRefusals(error)
    }
    switch result {
    case .repeated(let lease): return lease.freesAt
    case .ended(let ruling):
      guard let head else { preconditionFailure("the stream was locked") }
      let returned = ruling.subject.lease
      try LeaseStore.record(ruling, from: ground.standing, behind: head, in: tx)
      if let heard { try await act.keep(heard, of: scene, as: returned, in: tx) }
      return returned.freesAt
    }
  }
}
