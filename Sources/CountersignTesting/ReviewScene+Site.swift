package import Domain
import Workflow

extension ReviewScene {
  /// The administrator registers the host of the polite example, or changes its site.
  ///
  /// - Parameters:
  ///   - rate: in millionths of a request a second.
  ///   - version: of the site to be changed; nil for a new one.
  package func put(
    rate: Int64 = 2_000_000, kind: OperatorKind = .privateCompany, version: Int64? = nil
  ) async throws {
    let facts = SiteFacts(
      operatorKind: kind,
      ceiling: Ceiling(
        maxRPS: Rate(microRPS: rate), burst: 8, maxConcurrency: 8, dailyRequests: 100_000,
        windows: .always),
      timeZone: "UTC", aliases: [], contact: nil, notes: nil)
    _ = try await service.act(
      as: administrator,
      PutSite(host: try Host("www.example.com"), version: version, input: .success(facts)))
  }
}
