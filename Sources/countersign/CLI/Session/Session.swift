import Domain
import Reactor

/// One run of a client command: the calls, the terminal, how answers are shown.
struct Session: Sendable {
  let api: API
  let environment: ClientEnvironment
  let terminal: Terminal
  let printsJSON: Bool
  /// Where calls are made; what watches the terminal lives there too.
  let loop: EventLoop

  /// Prints an answer: as it is with `--json`, else as `form` sets it.
  func show(_ reply: Reply, _ form: (JSON) throws -> Printout) throws {
    if printsJSON {
      if !reply.bytes.isEmpty { terminal.write(bytes: reply.bytes) }
      return
    }
    terminal.write(try form(reply.json).lines(for: terminal))
  }

  /// Prints a list and, on standard error, how to get the rest of it.
  func showList(_ reply: Reply, _ table: ([JSON]) throws -> Table) throws {
    try show(reply) { Printout(try table($0["items"].elements)) }
    if !printsJSON, let cursor = try reply.json["next_cursor"].string {
      Terminal.complain(["more with --cursor \(cursor.printable)"])
    }
  }

  /// Says something beside the answer, which with `--json` stays away.
  func remark(_ text: String) {
    if !printsJSON { Terminal.complain([text.printableLines]) }
  }

  /// Every item of a list, whatever the number of pages.
  func all(_ path: Path, _ query: API.Query = []) async throws -> [JSON] {
    var items: [JSON] = []
    var cursor: String?
    for _ in 0..<Session.pagesMax {
      let page = try await api.get(
        path, query + [("limit", "200"), ("cursor", cursor)]
      ).json
      items += page["items"].elements
      cursor = page["next_cursor"].string
      if cursor == nil { return items }
    }
    throw NotPossible("\(path.text) has more than \(Session.pagesMax * 200) items")
  }

  private static let pagesMax = 100
}
