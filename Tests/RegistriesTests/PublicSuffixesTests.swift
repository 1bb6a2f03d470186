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
    var compared = 0
    for vector in vectors {
      guard let text = vector.host else { continue }
      guard let host = readable(text) else { continue }
      let found = PublicSuffixes.system.registrableDomain(of: host, for: .authority)
      #expect(found?.text == vector.registrable, "\(text)")
      compared += 1
    }
    #expect(compared > 60)
  }

  @Test(
    "load looks at the ICANN section, authority at both",
    arguments: [
      ("octocat.github.io", "github.io", "octocat.github.io"),
      ("github.io", "github.io", nil),
      ("www.example.com", "example.com", "example.com"),
      ("a.b.example.gov.cn", "example.gov.cn", "example.gov.cn"),
      ("gov.cn", nil, nil),
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
