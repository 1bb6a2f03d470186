import CountersignTesting
import Domain
import Postgres
import Workflow

/// A grant of the polite example, and people who deal with harm.
struct IncidentScene: Sendable {
  let grant: GrantScene
  let operations: TestPerson

  var service: Service { grant.service }
  var review: ReviewScene { grant.review }

  static func with(_ body: (IncidentScene) async throws -> Void) async throws {
    try await GrantScene.with { grant in
      let operations = try await grant.service.makePerson("on-call", .operator)
      try await body(IncidentScene(grant: grant, operations: operations))
    }
  }

  static let site: IncidentLink = {
    do { return .site(try Host("example.com")) } catch { preconditionFailure("\(error)") }
  }()

  func open(
    _ source: Incident.Source = .complaint, links: [IncidentLink] = [site],
    noticedAt: Timestamp? = nil, startedAt: Timestamp? = nil, follows: IncidentID? = nil,
    as person: TestPerson? = nil
  ) async throws -> IncidentView {
    try await service.act(
      as: person ?? operations,
      OpenIncident(
        input: .success(
          .init(
            opening: IncidentOpening(
              source: source, summary: "they called", noticedAt: noticedAt,
              startedAt: startedAt, follows: follows, links: links), owner: nil))))
  }

  @discardableResult
  func add(
    _ stage: Incident.Stage, to incident: IncidentID, meets: [String] = [],
    impact: IncidentImpact? = nil, as person: TestPerson? = nil
  ) async throws -> IncidentEntry {
    try await service.act(
      as: person ?? operations,
      AddIncidentEntry(
        incident: .id(incident),
        input: .success(.init(stage: stage, note: "done", meets: meets, impact: impact))))
  }

  /// Everything that closing asks for.
  func recover(_ incident: IncidentID) async throws {
    try await add(
      .recovery, to: incident, meets: ["notify_operator", "report_authority", "fix_flaw"])
  }

  func close(_ incident: IncidentID, as person: TestPerson? = nil) async throws -> IncidentView {
    try await service.act(
      as: person ?? operations, CloseIncident(incident: .id(incident), reason: .success("over")))
  }

  func show(_ incident: IncidentID) async throws -> IncidentView {
    try await service.look(as: operations, ShowIncident(incident: .id(incident)))
  }

  /// Types of the events of a stream, in order.
  func events(of stream: String) async throws -> [String] {
    try await service.database.read { (tx: borrowing Transaction) in
      try await tx.query(Self.selectEvents, [.text(stream)]).map { try $0.text(0) }
    }
  }

  private static let selectEvents = Statement(
    "SELECT type FROM events WHERE stream = $1 ORDER BY seq")
}

/// The service finds something, in a transaction of its own.
struct FindHarm: Command {
  let finding: IncidentFinding

  func run(by act: Act, in tx: borrowing Transaction) async throws -> IncidentID {
    try await act.openIncident(finding, in: tx)
  }
}
