import Domain
import Foundation
import Testing
import Tokens

/// The example of docs/user-guide.md, with a JWT library that knows nothing of Countersign.
@Suite("tokens and a stock JWT library", .inTurn)
struct JWTLibraryTests {
  private static let python = Python.with("jwt")

  /// The example as it stands in the guide.
  private static func example() throws -> String {
    let guide = try String(
      contentsOfFile: Binary.repository + "/docs/user-guide.md", encoding: .utf8)
    let start = try #require(guide.firstRange(of: "```python\n"))
    let rest = guide[start.upperBound...]
    let end = try #require(rest.firstRange(of: "```"))
    return String(rest[..<end.lowerBound])
  }

  @Test(
    "the user guide's example verifies tokens of both algorithms, and nothing that was changed",
    .enabled(if: python != nil, "the PyPI package PyJWT is not there"),
    arguments: Algorithm.allCases)
  func verifies(algorithm: Algorithm) async throws {
    let python = try #require(Self.python)
    let extra = [
      "COUNTERSIGN_TOKEN_ALGORITHM": algorithm.rawValue, "COUNTERSIGN_KEYS_MAX_AGE_SECONDS": "1",
    ]
    try await RunningDev.withDatabase(on: try await RunningDev.shared.value) { dev in
      try await RunningServe.with(1, on: dev.credentials.databaseURL, extra: extra) { replicas in
        let stage = Stage(dev: dev) { replicas.map(\.baseURL) }
        let proposal = try await stage.approved(Content.own())
        let token = try await stage.lease(proposal, worker: "w").json(201)["token"].requiredText
        #expect(try CompactJWS(token).header["alg"] == .string(algorithm.rawValue))
        let script = dev.workplace.path + "/verify-\(algorithm.rawValue).py"
        try Data(try Self.example().utf8).write(to: URL(filePath: script))
        let claims = try JSONParser.parse(try CompactJWS(token).payload)
        let (issuer, id) = (try claims["iss"].requiredText, try claims["jti"].requiredText)
        let ask = { (token: String, audience: String) async throws -> (Int32, String) in
          let program = try dev.workplace.start(
            [python, script, token, replicas[0].baseURL, issuer, audience],
            environment: ["PATH": "/usr/bin:/bin"])
          let end = try await program.end()
          return (end.code, end.output)
        }
        let good = try await ask(token, "demo")
        #expect(good.0 == 0 && good.1.contains(id), "\(good)")
        #expect(try await ask(token, "other").0 != 0)
        var changed = Array(token.utf8)
        let middle = changed.count / 2
        let (one, other) = (UInt8(ascii: "A"), UInt8(ascii: "B"))
        changed[middle] = changed[middle] == one ? other : one
        #expect(try await ask(String(decoding: changed, as: UTF8.self), "demo").0 != 0)
      }
    }
  }
}
