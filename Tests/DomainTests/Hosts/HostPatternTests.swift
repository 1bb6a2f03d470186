import Domain
import Registries
import Testing

@Suite("Host pattern")
struct HostPatternTests {
  static let suffixes = PublicSuffixes.system

  @Test(
    "a pattern covers names under it at any depth, not the apex, never across a suffix",
    arguments: [
      ("*.example.gov", "www.example.gov", true),
      ("*.example.gov", "a.b.c.example.gov", true),
      ("*.example.gov", "example.gov", false),
      ("*.example.gov", "wexample.gov", false),
      ("*.Example.GOV.", "www.example.gov", true),
      ("*.www.example.gov", "a.www.example.gov", true),
      ("example.com", "example.com", true),
      ("example.com", "www.example.com", false),
      ("0x7f.1", "127.0.0.1", true),
    ])
  func covers(pattern: String, host: String, expected: Bool) throws {
    let pattern = try HostPattern(pattern, suffixes: Self.suffixes)
    #expect(try pattern.covers(Host(host), suffixes: Self.suffixes) == expected)
  }

  @Test("a private suffix inside a pattern is not reached across")
  func privateSuffix() throws {
    let pattern = try HostPattern("*.amazonaws.com", suffixes: Self.suffixes)
    #expect(try pattern.covers(Host("docs.amazonaws.com"), suffixes: Self.suffixes))
    #expect(try !pattern.covers(Host("bucket.s3.amazonaws.com"), suffixes: Self.suffixes))
  }

  @Test(
    "a pattern over a public suffix, a single label or an address is refused",
    arguments: [
      ("*", .patternOverSuffix(suffix: "*")), ("*.com", .patternOverSuffix(suffix: "com")),
      ("*.gov.cn", .patternOverSuffix(suffix: "gov.cn")),
      ("*.co.uk", .patternOverSuffix(suffix: "co.uk")),
      ("*.github.io", .patternOverSuffix(suffix: "github.io")),
      ("*.kobe.jp", .patternOverSuffix(suffix: "kobe.jp")),
      ("*.c.kobe.jp", .patternOverSuffix(suffix: "c.kobe.jp")),
      ("*.CO.UK.", .patternOverSuffix(suffix: "co.uk")),
      ("*.localhost", .patternOverSuffix(suffix: "localhost")),
      ("*.1.2.3.4", .patternOverAddress), ("*.[::1]", .patternOverAddress),
      ("*.*.example.com", .badPattern), ("w*.example.com", .badPattern),
      ("**.example.com", .badPattern), ("www.*.com", .badPattern), ("*.", .empty),
      ("*.example.com:80", .port),
    ] as [(String, HostError)])
  func refused(text: String, error: HostError) {
    #expect(throws: error) { try HostPattern(text, suffixes: Self.suffixes) }
  }
}
