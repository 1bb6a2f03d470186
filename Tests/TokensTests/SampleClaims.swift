import Domain
import FoundationEssentials
import Testing
import Tokens

/// Claims of a plausible lease.
func sampleClaims() -> LeaseClaims {
  let now = Timestamp(microseconds: 1_790_000_000_900_000)
  return LeaseClaims(
    issuer: "http://127.0.0.1:8080", audience: "demo", worker: WorkerID.make(at: now),
    lease: LeaseID.make(at: now), term: 3, issuedAt: now, expiresAt: now.adding(seconds: 60),
    proposal: ProposalID.make(at: now), grant: GrantID.make(at: now), digest: .zero,
    hosts: ["www.example.com"], pathPrefixes: ["/listing/"], methods: ["GET", "HEAD"],
    rate: Rate(microRPS: 250_000), burst: 1, concurrency: 1, quota: 16,
    day: LocalDate(daysSince1970: 20_717), epoch: 0)
}

/// A file of the test vectors beside the repository, or nil where it is absent.
func vectors(_ name: String) -> URL {
  URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../../shared/vectors/budget/\(name)").standardizedFileURL
}

func areThere(_ name: String) -> Bool {
  FileManager.default.fileExists(atPath: vectors(name).path)
}

func cases(_ name: String) throws -> JSONObject {
  let bytes = [UInt8](try Data(contentsOf: vectors(name)))
  let json = try JSONParser.parse(
    bytes, limits: JSONLimits(depthMax: 16, nullCharacter: .allowed))
  guard case .object(let members) = json else { throw TokenError.badHeader }
  return members
}
