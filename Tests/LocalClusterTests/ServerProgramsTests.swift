import Testing

@testable import LocalCluster

@Suite("server programs")
struct ServerProgramsTests {
  static let fifteen = ServerPrograms(folder: "/a/15/bin", majorVersion: "15")
  static let seventeen = ServerPrograms(folder: "/a/17/bin", majorVersion: "17")

  @Test("the newest makes new data, the one that made them serves old data")
  func selects() throws {
    let both = [Self.seventeen, Self.fifteen]
    let forNew = try ServerPrograms.select(from: both, existing: nil, folder: "/d")
    let forOld = try ServerPrograms.select(from: both, existing: "15", folder: "/d")
    #expect(forNew == Self.seventeen)
    #expect(forOld == Self.fifteen)
  }

  @Test("data of a version that is not installed are refused, and so is having no server at all")
  func refuses() {
    #expect(throws: ClusterFailure.versionMismatch(folder: "/d", made: "16", installed: ["15"])) {
      try ServerPrograms.select(from: [Self.fifteen], existing: "16", folder: "/d")
    }
    #expect(throws: ClusterFailure.self) {
      try ServerPrograms.select(from: [], existing: nil, folder: "/d")
    }
  }

  @Test("without the programs in either place, none are found")
  func findsNone() {
    #expect(ServerPrograms.installed(root: "/nonexistent", path: "/nonexistent:/tmp").isEmpty)
  }

  @Test("the version is read from what postgres reports")
  func versions() {
    let debian = "postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"
    #expect(ServerPrograms.majorVersion(inReport: debian) == "15")
    #expect(ServerPrograms.majorVersion(inReport: "postgres (PostgreSQL) 18beta1\n") == "18")
    #expect(ServerPrograms.majorVersion(inReport: "postgres (PostgreSQL) devel") == nil)
    #expect(ServerPrograms.majorVersion(inReport: "15.3") == nil)
  }
}
