import Domain
import FoundationEssentials
import Registries
import Testing

@Suite("Public suffixes of the machine")
struct PublicSuffixesTests {
  struct Vector: Decodable {
    let host: String?
    let registrable: String?
  }

  struct Vectors: Decodable {
    let cases: [Vector]
  }

  static let vectorsPath = URL(filePath: #filePath)
    .deletingLastPathComponent().appending(path: "../../../shared/vectors/budget/psl.json")
    .standardizedFileURL

  @Test(
    "the list's own cases give their registrable domains",
    .enabled(if: FileManager.default.fileExists(atPath: vectorsPath.path)))
  func vectors() throws {
    let vectors = try JSONDecoder().decode(
      Vectors.self, from: Data(contentsOf: Self.vectorsPath)
    ).cases
    var (compared, refused) = (0, 0)
    for vector in vectors {
      guard let text = vector.host else { continue }
      guard let host = readable(text) else {
        refused += 1
        continue
      }
      let found = PublicSuffixes.system.registrableDomain(of: host, for: .authority)
      #expect(found?.text == vector.registrable, "\(text)")
      compared += 1
    }
    // No host at all, nine names in Unicode, whose A-labels are compared, four with a dot in front.
    #expect(vectors.count == 78 && compared == 64 && refused == 13)
  }

  @Test(
    "no pattern covers a suffix, of either section, however it is written",
    arguments: [
      "*", "*.com", "*.gov.cn", "*.co.uk", "*.github.io", "*.COM.", "*.uk.com", "*.Gov.Cn",
      "*.s3.amazonaws.com", "*.ck", "*.test.ck", "*.xn--fiqs8s", "*.xn--55qx5d.cn", "*.k12.ak.us",
      "*.nowhere-known",
    ])
  func patterns(text: String) throws {
    #expect(throws: HostError.self) { try HostPattern(text, suffixes: .system) }
    // Its neighbours, one label further down, are patterns; under ck every name is a suffix.
    guard text != "*", text != "*.ck" else { return }
    let below = "*.some-name" + text.dropFirst()
    #expect(try HostPattern(below, suffixes: .system).form == .under, "\(below)")
  }

  @Test(
    "load looks at the ICANN section, authority at both",
    arguments: [
      ("octocat.github.io", "github.io", "octocat.github.io"),
      ("github.io", "github.io", nil),
      ("www.example.com", "example.com", "example.com"),
      ("a.b.example.gov.cn", "example.gov.cn", "example.gov.cn"),
      ("gov.cn", nil, nil),
      ("uk.com", "uk.com", nil),
      ("b.example.uk.com", "uk.com", "example.uk.com"),
      ("a.bucket.s3.amazonaws.com", "amazonaws.com", "bucket.s3.amazonaws.com"),
      ("a.b.c.kobe.jp", "b.c.kobe.jp", "b.c.kobe.jp"),
      ("www.city.kobe.jp", "city.kobe.jp", "city.kobe.jp"),
      ("localhost", nil, nil),
      ("10.0.0.1", nil, nil),
      ("[::1]", nil, nil),
    ] as [(String, String?, String?)])
  func sections(text: String, load: String?, authority: String?) throws {
    let host = try Host(text)
    #expect(PublicSuffixes.system.registrableDomain(of: host, for: .load)?.text == load)
    #expect(
      PublicSuffixes.system.registrableDomain(of: host, for: .authority)?.text == authority)
  }

  @Test("a host without a registrable domain is its own implicit site")
  func implicitSite() throws {
    let suffixes = PublicSuffixes.system
    #expect(try suffixes.implicitSite(of: Host("a.b.example.co.uk")).text == "example.co.uk")
    #expect(try suffixes.implicitSite(of: Host("localhost")).text == "localhost")
    #expect(try suffixes.implicitSite(of: Host("0x7f.1")).text == "127.0.0.1")
  }

  /// Names outside ASCII are written as A-labels in this product; the list's cases in Unicode
  /// and the ones with a leading dot are not hosts here.
  private func readable(_ text: String) -> Host? {
    do {
      return try Host(text)
    } catch HostError.nonASCII, HostError.emptyLabel {
      return nil
    } catch {
      Issue.record("\(text): \(error)")
      return nil
    }
  }
}
