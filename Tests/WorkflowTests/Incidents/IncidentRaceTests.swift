import CountersignTesting
import Domain
import Testing
import Workflow

@Suite("races about incidents")
struct IncidentRaceTests {
  @Test("two who close at once: one does, the other is told when it was closed")
  func closers() async throws {
    try await IncidentScene.with { scene in
      for _ in 0..<20 {
        let id = try await scene.open().incident.id
        try await scene.recover(id)
        let codes = try await withThrowingTaskGroup(of: [String].self) { group in
          for person in [scene.operations, scene.review.legal, scene.review.risk] {
            group.addTask {
              try await refusalCodes { _ = try await scene.close(id, as: person) }
            }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(codes.count { $0.isEmpty } == 1, "\(codes)")
        #expect(codes.count { $0 == ["incident_closed"] } == 2, "\(codes)")
        #expect(
          try await scene.events(of: id.text).count { $0 == "incident.closed" } == 1)
      }
    }
  }

  @Test("an entry beside the end stands before it or is refused, never after it")
  func entries() async throws {
    try await IncidentScene.with { scene in
      var refused = 0
      for _ in 0..<20 {
        let id = try await scene.open().incident.id
        try await scene.recover(id)
        let answers = try await withThrowingTaskGroup(of: [String].self) { group in
          group.addTask { try await refusalCodes { _ = try await scene.close(id) } + ["close"] }
          for _ in 0..<3 {
            group.addTask { try await refusalCodes { try await scene.add(.impact, to: id) } }
          }
          return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(answers.contains(["close"]))
        let late = answers.count { $0 == ["incident_closed"] }
        let events = try await scene.events(of: id.text)
        #expect(events.last == "incident.closed")
        #expect(events.count { $0 == "incident.entry_added" } == 4 - late)
        let entries = try await scene.show(id).incident.entries
        #expect(entries.map(\.n) == Array(1...Int64(5 - late)))
        refused += late
      }
      print("entries beside an end: \(refused) of 60 came too late")
    }
  }

  @Test("of ten who link one lock to ten incidents one does")
  func locks() async throws {
    try await IncidentScene.with { scene in
      let lock = try await scene.service.act(
        as: scene.operations, PlaceLock(input: .success(.init(scope: .everything, reason: "x"))))
      var ids: [IncidentID] = []
      for _ in 0..<10 { ids.append(try await scene.open(links: []).incident.id) }
      let linked = try await withThrowingTaskGroup(of: [String].self) { group in
        for id in ids {
          group.addTask {
            try await refusalCodes {
              _ = try await scene.service.act(
                as: scene.operations,
                LinkIncident(incident: .id(id), links: .success([.lock(lock.id)])))
            }
          }
        }
        return try await group.reduce(into: []) { $0.append($1) }
      }
      #expect(linked.count { $0.isEmpty } == 1, "\(linked)")
      #expect(linked.count { $0 == ["lock_linked"] } == 9, "\(linked)")
    }
  }
}
