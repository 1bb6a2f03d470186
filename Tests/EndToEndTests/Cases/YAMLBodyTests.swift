import Domain
import Foundation
import Testing

@Suite("proposals in YAML over HTTP", .inTurn)
struct YAMLBodyTests {
  @Test("a YAML body holds the content itself and gives the digest that JSON gives")
  func sameDigest() async throws {
    let stage = try await Stage.shared()
    let content = Content.polite()
    let inJSON = try await stage.drafted(content)
    // JSON is YAML.
    let reply = try await send(stage, content.bytes())
    #expect(try reply.json(201)["digest"].text == inJSON.digest)
  }

  @Test("anchors, aliases, tags, several documents and doubled names are refused at once")
  func refused() async throws {
    let stage = try await Stage.shared()
    let bomb =
      "a: &a [x,x,x,x,x,x,x,x,x,x]\n"
      + (1...30).map { number in
        let before = number == 1 ? "a" : "a\(number - 1)"
        return "a\(number): &a\(number) [*\(before),*\(before),*\(before),*\(before)]\n"
      }.joined()
    let bodies = [
      bomb, "title: &t x\npurpose: *t\n", "title: !!binary AAAA\n", "title: a\ntitle: b\n",
      "title: a\n---\ntitle: b\n", "title: [\n", "\tx", "- a\n", "5\n", "", "title: \"\\x00\"\n",
      String(repeating: "[", count: 10_000), "<<: {title: a}\n", "%YAML 1.2\n---\ntitle: a\n",
      "title: a\u{0}b\n",
    ]
    for body in bodies {
      let reply = try await send(stage, Array(body.utf8))
      try reply.problem(400, "invalid_body")
    }
    try await send(stage, [0xFF, 0x00]).problem(400, "invalid_body")
  }

  @Test("the polite example is accepted as it stands once its dates are dates")
  func politeExample() async throws {
    let stage = try await Stage.shared()
    let file = FileManager.default.contents(atPath: Binary.example("polite.yaml"))
    let text = String(decoding: try #require(file), as: UTF8.self)
    // Relative dates are the command line's.
    let relative = try await send(stage, Array(text.utf8)).problem(400, "invalid_body")
    let pointers = relative["errors"].elements.compactMap { $0["pointer"].text }
    #expect(pointers.contains("/starts_on") && pointers.contains("/ends_on"))
    var dated = text
    for (word, offset) in [("today", 0), ("+60d", 60), ("-30d", -30), ("+150d", 150)] {
      dated = dated.replacing(": \(word)\n", with: ": \(Content.day(offset).text ?? "")\n")
    }
    _ = try await send(stage, Array(dated.utf8)).json(201)
  }

  private func send(_ stage: Stage, _ bytes: [UInt8]) async throws -> Reply {
    try await stage.person("pm").send(
      "POST", "/v1/proposals", bytes: bytes, fields: [("Content-Type", "application/yaml")])
  }
}
