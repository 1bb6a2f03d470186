import Domain
import Foundation
import Testing
import Wire

@Suite("RateLimit fields")
struct RateLimitFieldTests {
  private static let vectors = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../../shared/vectors/budget/ratelimit_headers.json")
    .standardizedFileURL

  @Test(
    "every example of the draft is read, and ignored where it breaks the draft",
    .enabled(if: FileManager.default.fileExists(atPath: vectors.path)))
  func drafts() throws {
    let file = try JSONParser.parse(Array(try Data(contentsOf: Self.vectors)))
    guard case .object(let members) = file, case .array(let cases)? = members["cases"] else {
      Issue.record("the file has another shape")
      return
    }
    var (policies, limits) = (0, 0)
    for case .object(let vector) in cases {
      let field = try #require(vector["value"].flatMap(text))
      let wanted = vector["conformant"] == true ? vector["items"] : nil
      if vector["field"] == "RateLimit-Policy" {
        policies += 1
        let known = wanted.map { named($0, ["q", "qu", "w", "pk"]) }
        #expect(QuotaPolicy.read(field).map(json) == known, "\(field)")
      } else {
        limits += 1
        let known = wanted.map { named($0, ["r", "t", "pk"]) }
        #expect(ServiceLimit.read(field).map(json) == known, "\(field)")
      }
    }
    #expect(policies + limits == 57 && policies > 20 && limits > 20)
  }

  @Test("what is written reads back the same")
  func roundTrip() {
    let policies = [
      QuotaPolicy("lease", quota: 16, windowSeconds: 60),
      QuotaPolicy("day", quota: 20_000, windowSeconds: 86_400),
    ]
    #expect(QuotaPolicy.field(policies) == #""lease";q=16;w=60, "day";q=20000;w=86400"#)
    #expect(QuotaPolicy.read(QuotaPolicy.field(policies)) == policies)
    let limits = [
      ServiceLimit("lease", remaining: 0, resetsInSeconds: 7),
      ServiceLimit("total", remaining: 0, resetsInSeconds: nil),
    ]
    #expect(ServiceLimit.field(limits) == #""lease";r=0;t=7, "total";r=0"#)
    #expect(ServiceLimit.read(ServiceLimit.field(limits)) == limits)
  }

  @Test("numbers that no field can hold are brought within it, and a window is never 0")
  func bounds() {
    let policy = QuotaPolicy("day", quota: .max, windowSeconds: 0)
    #expect(QuotaPolicy.field([policy]) == #""day";q=999999999999999;w=1"#)
    let limit = ServiceLimit("day", remaining: -1, resetsInSeconds: -1)
    #expect(ServiceLimit.field([limit]) == #""day";r=0;t=0"#)
  }

  @Test(
    "what is no such list is ignored as a whole",
    arguments: [
      #""a";r=1, b;r=1"#, #"("a" "b");r=1"#, #""a";r=1,"#, #""a" "b""#, "5", "?1", " ", "a=1",
      #""a";r=1;t=?1"#, #""a";r=1.0"#, #""ä";r=1"#,
    ])
  func ignored(field: String) {
    #expect(ServiceLimit.read(field) == nil)
  }

  /// The items without parameters that the draft does not name there.
  private func named(_ items: JSON, _ names: Set<String>) -> JSON {
    guard case .array(let items) = items else { return items }
    return .array(
      items.map { item in
        guard case .object(var members) = item, case .object(let all)? = members["params"] else {
          return item
        }
        members["params"] = .object(
          JSONObject(members: all.members.filter { names.contains($0.name) }))
        return .object(members)
      })
  }

  /// As the file has it.
  private func json(_ policies: [QuotaPolicy]) -> JSON {
    .array(
      policies.map { policy in
        var params: JSONObject = ["q": JSON(policy.quota)]
        params["qu"] = policy.unit.map { .string($0) }
        params["w"] = policy.windowSeconds.map { JSON($0) }
        params["pk"] = policy.partition.map { .string(":\($0):") }
        return ["name": .string(policy.name), "string": true, "params": .object(params)]
      })
  }

  private func json(_ limits: [ServiceLimit]) -> JSON {
    .array(
      limits.map { limit in
        var params: JSONObject = ["r": JSON(limit.remaining)]
        params["t"] = limit.resetsInSeconds.map { JSON($0) }
        params["pk"] = limit.partition.map { .string(":\($0):") }
        return ["name": .string(limit.name), "string": true, "params": .object(params)]
      })
  }

  private func text(_ json: JSON) -> String? {
    if case .string(let text) = json { text } else { nil }
  }
}
