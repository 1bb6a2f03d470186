import HTTP
import HTTPTypes
import Testing
import Tokens

@testable import Server

@Suite("with whom a call competes")
struct LaneTests {
  @Test("pools and gateways are machines, everybody else is served as a person")
  func kinds() throws {
    for kind in Secret.Kind.allCases {
      let lane: RequestLane = [.pool, .gateway].contains(kind) ? .bulk : .interactive
      #expect(try self.lane("Bearer \(Secret.make(kind).text)") == lane)
      #expect(try self.lane("bearer \(kind.rawValue)_anything") == lane)
    }
  }

  @Test(
    "what is no secret of ours is served as a person, who is answered 401",
    arguments: ["", "Bearer", "Bearer ", "Bearer csw", "Bearer cswx_1", "Basic Y3N3Xw==", "csw_1"])
  func others(header: String) throws {
    #expect(try lane(header) == (header == "Bearer csw" ? .bulk : .interactive))
  }

  @Test("a call without Authorization is served as a person")
  func none() throws {
    #expect(try Request(method: .get, target: "/v1/time").lane == .interactive)
  }

  @Test("who follows the revocations competes with nobody")
  func patient() throws {
    let key = Secret.make(.gateway).text
    let follows = try Request(
      method: .get, target: "/v1/revocations?since=1&wait_seconds=10",
      fields: [(.authorization, "Bearer \(key)")])
    #expect(follows.lane == .patient)
    #expect(try Request(method: .get, target: "/v1/revocations/x").lane == .interactive)
  }

  private func lane(_ authorization: String) throws -> RequestLane {
    try Request(
      method: .post, target: "/v1/leases", fields: [(.authorization, authorization)]
    ).lane
  }
}
