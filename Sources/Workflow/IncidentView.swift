package import Domain
import Postgres
import Store

/// An incident with what follows from it at an instant: deadlines, meters, what stands still and
/// who has to sign before it goes on.
package struct IncidentView: Sendable {
  package let incident: Incident
  /// The policy whose clocks run; nil where it says nothing of incidents.
  package let policy: IncidentPolicy?
  /// The legal sources of clocks and thresholds, by id.
  package let legal: [String: LegalFact]
  package let deadlines: [IncidentDeadline]
  package let now: Timestamp
  package private(set) var meters: [OutageMeter] = []
  package private(set) var locks: [Lock] = []
  package private(set) var grants: [GrantView] = []
  package private(set) var followers: [IncidentID] = []

  /// With their clocks only.
  static func clocked(
    _ incidents: [Incident], at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> [IncidentView] {
    var policies: [Int64: Policy] = [:]
    for version in Set(incidents.compactMap(\.policy)) {
      policies[version] = try await ParsedPolicies.policy(version, in: tx)
    }
    return incidents.map { incident in
      IncidentView(incident, under: incident.policy.flatMap { policies[$0] }, at: now)
    }
  }

  /// With its clocks only.
  init(
    _ incident: Incident, at now: Timestamp, in tx: borrowing Transaction
  ) async throws {
    var policy: Policy?
    if let version = incident.policy {
      policy = try await ParsedPolicies.policy(version, in: tx)
    }
    self.init(incident, under: policy, at: now)
  }

  private init(_ incident: Incident, under policy: Policy?, at now: Timestamp) {
    self.incident = incident
    self.policy = policy?.incidents
    legal = policy?.legal ?? [:]
    deadlines = incident.deadlines(by: policy?.incidents)
    self.now = now
  }

  /// With everything.
  static func whole(
    _ incident: Incident, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> IncidentView {
    var view = try await metered(incident, at: now, in: tx)
    for id in incident.locks {
      if let lock = try await LockStore.find(id, in: tx) { view.locks.append(lock) }
    }
    var records: [GrantRecord] = []
    for id in incident.grants {
      if let grant = try await GrantStore.find(id, in: tx) { records.append(grant) }
    }
    view.grants = try await GrantView.all(records, at: now, in: tx)
    view.followers = try await IncidentStore.followers(of: incident.id, in: tx)
    return view
  }

  /// With its clocks and its meters.
  static func metered(
    _ incident: Incident, at now: Timestamp, in tx: borrowing Transaction
  ) async throws -> IncidentView {
    var view = try await IncidentView(incident, at: now, in: tx)
    for site in incident.sites {
      guard let host = site.link.site else { continue }
      var elsewhere = try await OutageStore.closedSeconds(of: host, in: tx)
      elsewhere -= incident.closure?.outages[host] ?? 0
      for other in try await IncidentStore.open(on: host, except: incident.id, in: tx) {
        elsewhere += try await view.meter(of: site, in: other, elsewhere: 0, in: tx).seconds
      }
      view.meters.append(
        try await view.meter(of: site, in: incident, elsewhere: elsewhere, in: tx))
    }
    return view
  }

  private func meter(
    of site: LinkedSubject, in incident: Incident, elsewhere: Int64,
    in tx: borrowing Transaction
  ) async throws -> OutageMeter {
    guard let host = site.link.site, let limits = policy?.outage, incident.isOpen else {
      return OutageMeter(of: site, in: incident, elsewhere: elsewhere, at: now)
    }
    let troubled = try await OutageStore.troubled(
      at: host, in: incident.period(at: now), under: incident.grants,
      sharePercent: limits.failedSharePercent, in: tx)
    return OutageMeter(
      of: site, in: incident, reported: troubled, elsewhere: elsewhere, at: now)
  }

  /// What has to be signed before everything that it stopped goes on.
  package var signaturesDue: [SignatureDue] {
    locks.compactMap(\.signatureDue) + grants.flatMap { $0.grant.standing.signaturesDue(at: now) }
  }

  /// The legal sources in force when it was noticed, of those named.
  package func sources(_ basis: [String]) -> [LegalFact] {
    basis.compactMap { legal[$0] }.filter { $0.isInForce(on: incident.noticedAt.utcDate) }
  }
}
