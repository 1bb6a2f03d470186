import Crypto
import Domain
import Foundation
import Glibc
import Testing

@Suite("notes and files", .inTurn)
struct FileTests {
  private func attach(
    _ stage: Stage, _ proposal: Stage.Proposal, _ bytes: [UInt8],
    _ disposition: String = "attachment; filename=\"a.pdf\"", key: String? = nil,
    by name: String = "pm"
  ) async throws -> Reply {
    var fields = [
      ("Content-Type", "application/octet-stream"), ("Content-Disposition", disposition),
    ]
    if let key { fields.append(("Idempotency-Key", key)) }
    return try await stage.person(name).send(
      "POST", "/v1/proposals/\(proposal.id)/files", bytes: bytes, fields: fields)
  }

  @Test("a file comes back byte for byte, as an attachment that no browser runs")
  func comesBack() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    let bytes = Array("%PDF-1.7\n".utf8) + (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    let hash = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    let name = "attachment; filename=\"x\"; filename*=UTF-8''%E6%8E%88%E6%9D%83%20%281%29.pdf"
    let file = try await attach(stage, proposal, bytes, name).json(201)
    #expect(file["name"].text == "授权 (1).pdf" && file["sha256"].text == hash)
    #expect(file["media_type"].text == "application/pdf" && file["size"].integer == 700_009)
    let id = try file["id"].requiredText
    let got = try await stage.person("legal").get("/v1/files/\(id)")
    #expect(got.status == 200 && got.bytes == bytes)
    #expect(got.field("Content-Type") == "application/pdf")
    #expect(got.field("X-Content-Type-Options") == "nosniff")
    #expect(got.field("Content-Security-Policy") == "default-src 'none'; sandbox")
    let disposition = got.field("Content-Disposition") ?? ""
    #expect(disposition.hasPrefix("attachment; filename="))
    #expect(disposition.hasSuffix("UTF-8''%E6%8E%88%E6%9D%83%20%281%29.pdf"))
    #expect(got.field("ETag") == "\"\(hash)\"")
    try await stage.pool.get("/v1/files/\(id)").problem(403, "non_human")
    try await stage.gateway.get("/v1/proposals/\(proposal.id)/notes").problem(403, "non_human")
    let html = try await attach(
      stage, proposal, Array("<html><script>alert(1)</script>".utf8), "attachment; filename=a.html"
    ).json(201)
    #expect(html["media_type"].text == "text/plain; charset=utf-8")
  }

  @Test("a file that the content names by its hash is shown at its place")
  func referenced() async throws {
    let stage = try await Stage.shared()
    let bytes = Array("the permission of \(UInt32.random(in: .min ... .max))".utf8)
    let hash = "sha256:" + SHA256.hash(data: bytes).map { String(format: "%02x", $0) }.joined()
    guard case .object(var content) = Content.own() else { return }
    content["evidence"] = [
      [
        "question": "impact_assessment", "sha256": .string(hash), "observed_on": Content.day(0),
        "expires_on": Content.day(30),
      ]
    ]
    let proposal = try await stage.drafted(.object(content))
    let path = "/v1/proposals/\(proposal.id)"
    let before = try await stage.person("legal").get(path).json(200)["documents"].elements
    #expect(before.count == 1 && before.first?["pointer"].text == "/evidence/0/sha256")
    #expect(before.first?["file"] == .null)
    let file = try await attach(stage, proposal, bytes).json(201)
    let after = try await stage.person("legal").get(path).json(200)["documents"].elements
    #expect(after.first?["file"].text == file["id"].text)
    // The digest is that of the content alone.
    let view = try await stage.person("legal").get(path).json(200)
    #expect(view["digest"].text == proposal.digest)
  }

  @Test("a bad name, another type, a file that is too long and a stranger are refused")
  func refused() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    for name in [
      "attachment", "attachment; filename=\"../../etc/passwd\"", "attachment; filename=\"\"",
      "attachment; filename*=UTF-8''%FF", "attachment; filename*=UTF-8''a%2Fb",
      "attachment; filename=\"a\\\\b\"", "attachment; filename*=UTF-8''gpj%E2%80%AE.exe",
      "attachment; filename=a; filename=b",
    ] {
      try await attach(stage, proposal, [1], name).problem(400, "invalid_body")
    }
    try await stage.person("pm").send(
      "POST", "/v1/proposals/\(proposal.id)/files", bytes: [1],
      fields: [("Content-Type", "text/plain")]
    ).problem(415, "unsupported_media_type")
    let path = "/v1/proposals/\(proposal.id)/files"
    #expect(try await stage.person("pm").get(path).json(200)["items"].elements.isEmpty)
    let missing = Stage.Proposal(id: "999999999", number: 0, digest: "", host: "")
    try await attach(stage, missing, [1]).problem(404, "not_found")
  }

  @Test("the same key and bytes again are the same file; other bytes are refused")
  func repeats() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    let one = try await attach(stage, proposal, [1, 2, 3], key: "once")
    let again = try await attach(stage, proposal, [1, 2, 3], key: "once")
    #expect(try one.json(201)["id"] == again.json(201)["id"])
    #expect(again.field("Idempotency-Replayed") == "true")
    try await attach(stage, proposal, [1, 2, 4], key: "once")
      .problem(422, "idempotency_key_reused")
    let path = "/v1/proposals/\(proposal.id)/files"
    #expect(try await stage.person("pm").get(path).json(200)["items"].elements.count == 1)
  }

  @Test("20 MiB cost little memory on the way in and, for a slow reader, on the way out")
  func memory() async throws {
    try await RunningDev.with(extra: ["COUNTERSIGN_LOOPS": "1"]) { dev in
      let stage = Stage(dev: dev, isBusyMachine: true)
      let proposal = try await stage.drafted(Content.own())
      let sight = ProcessSight(processID: try #require(dev.program).processID)
      // Once small, so that everything is there that stays.
      _ = try await attach(stage, proposal, [UInt8](repeating: 1, count: 1 << 20)).json(201)
      let before = try sight.residentKiB
      let address = dev.credentials.baseURL
      let token = dev.credentials.people["pm"]?.token ?? ""
      let length = 20 << 20
      let most = try await offPool {
        let connection = try RawConnection(to: address)
        try connection.send(
          Array(
            """
            POST /v1/proposals/\(proposal.id)/files HTTP/1.1\r\nHost: a\r\n\
            Authorization: Bearer \(token)\r\nContent-Type: application/octet-stream\r\n\
            Content-Disposition: attachment; filename=large\r\nContent-Length: \(length)\r\n\r\n
            """.utf8))
        let part = [UInt8](repeating: 7, count: 1 << 20)
        var most = 0
        for _ in 0..<20 {
          try connection.send(part)
          most = max(most, try sight.residentKiB)
        }
        let head = try connection.readHead()
        guard head.contains(" 201 ") else { throw Program.Failure(description: head) }
        return most
      }
      #expect(most - before < 12 * 1024, "\(most - before) KiB more")
      let files = try await stage.person("pm").get("/v1/proposals/\(proposal.id)/files").json(200)
      let id = try #require(files["items"].elements.last?["id"].text)
      let (held, count) = try await offPool {
        let connection = try RawConnection(to: address)
        try connection.send(
          Array(
            """
            GET /v1/files/\(id) HTTP/1.1\r\nHost: a\r\n\
            Authorization: Bearer \(token)\r\n\r\n
            """.utf8))
        _ = try connection.readHead()
        var (held, count) = (0, 0)
        while count < length {
          count += try connection.readSome()
          held = max(held, try sight.residentKiB)
        }
        return (held, count)
      }
      #expect(count == length)
      #expect(held - before < 12 * 1024, "\(held - before) KiB more")
    }
  }

  @Test("an upload that is cut off leaves nothing, and one byte too many neither")
  func cut() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    let database = try await stage.secondConnection()
    let token = stage.dev.credentials.people["pm"]?.token ?? ""
    let address = stage.dev.credentials.baseURL
    let leftovers =
      "SELECT count(*) FROM uploads u WHERE NOT EXISTS (SELECT FROM files f WHERE f.id = u.id)"
    for (length, sent, status) in [(9 << 20, 4 << 20, 0), ((20 << 20) + 1, 0, 413)] {
      let head = try await offPool {
        let connection = try RawConnection(to: address)
        try connection.send(
          Array(
            """
            POST /v1/proposals/\(proposal.id)/files HTTP/1.1\r\nHost: a\r\n\
            Authorization: Bearer \(token)\r\nContent-Type: application/octet-stream\r\n\
            Content-Disposition: attachment; filename=cut\r\nContent-Length: \(length)\r\n\r\n
            """.utf8))
        if sent > 0 { try connection.send([UInt8](repeating: 7, count: sent)) }
        return status == 0 ? "" : try connection.readHead()
      }
      if status > 0 { #expect(head.contains(" \(status) ")) }
      let deadline = ContinuousClock.now.advanced(by: .seconds(30))
      while try await offPool({ try database.rows(leftovers) }) != [["0"]] {
        guard ContinuousClock.now < deadline else {
          Issue.record("something is left")
          return
        }
        await Client.pause(milliseconds: 20)
      }
    }
    let path = "/v1/proposals/\(proposal.id)/files"
    #expect(try await stage.person("pm").get(path).json(200)["items"].elements.isEmpty)
  }

  @Test("a note is read by everybody and stays out of the digest and the log's words")
  func notes() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    let path = "/v1/proposals/\(proposal.id)/notes"
    let words = "the authorisation names another host"
    let note = try await stage.person("legal").post(path, ["text": .string(words)]).json(201)
    let items = try await stage.person("auditor").get(path).json(200)["items"].elements
    #expect(items == [note] && note["author"].text == stage.id(of: "legal"))
    let timeline = try await stage.person("pm").get("/v1/proposals/\(proposal.id)/timeline")
    #expect(timeline.text.contains("note.added") && !timeline.text.contains(words))
    for bad in ["", "  \n", String(repeating: "x", count: 10_001)] {
      try await stage.person("legal").post(path, ["text": .string(bad)])
        .problem(400, "invalid_body")
    }
  }

  @Test("the command line attaches, lists, notes and gets")
  func commandLine() async throws {
    let stage = try await Stage.shared()
    let proposal = try await stage.drafted(Content.own())
    let workplace = try Workplace()
    defer { workplace.remove() }
    let file = workplace.path + "/permission.txt"
    try Data("yes, you may".utf8).write(to: URL(filePath: file))
    let dev = stage.dev
    let sent = try await dev.commandLine(
      ["proposals", "attach", proposal.id, file, "--json"], as: "pm")
    #expect(sent.code == 0, "\(sent.errors)")
    let id = try JSONParser.parse(Array(sent.output.utf8))["id"].requiredText
    let listed = try await dev.commandLine(["proposals", "files", proposal.id], as: "legal")
    #expect(listed.output.contains("permission.txt") && listed.output.contains(id))
    let noted = try await dev.commandLine(
      ["proposals", "note", proposal.id, "read it"], as: "legal")
    #expect(noted.code == 0, "\(noted.errors)")
    let notes = try await dev.commandLine(["proposals", "note", proposal.id], as: "pm")
    #expect(notes.output.contains("read it"))
    let copy = workplace.path + "/copy"
    let got = try await dev.commandLine(["files", "get", id, "-o", copy], as: "legal")
    #expect(got.code == 0, "\(got.errors)")
    #expect(FileManager.default.contents(atPath: copy) == Data("yes, you may".utf8))
    #expect(try await dev.commandLine(["files", "get", id, "-o", copy], as: "legal").code == 1)
  }
}
