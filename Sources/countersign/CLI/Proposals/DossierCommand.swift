import ArgumentParser
import Domain

/// `proposals dossier`.
struct DossierCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "dossier",
    abstract: "What the service fetched from the targets: robots.txt, terms, contacts.")

  @Argument(help: "Id or number.") var proposal: String
  @Option(help: "Number of a revision; the newest unless given.") var revision: Int?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "proposals", proposal, "dossier"), [("revision", revision.map(String.init))])
    try session.show(reply) { json in
      var out = Printout()
      if json["fetching"].string == "off" {
        out.add("fetching is switched off: what the proposal declares counts, unverified")
      }
      out.add(DossierText.robots(json))
      out.add(DossierText.items(json))
      return out
    }
  }
}

/// Dossiers as people read them.
enum DossierText {
  static func robots(_ dossier: JSON) -> Table {
    var rows: [[String]] = []
    for standing in dossier["robots"].elements {
      let start = [
        standing["target"].cell, standing["host"].cell, standing["verdict"].cell,
        standing["blocks_tokens"].isTrue ? "blocked" : "free",
        standing["crawl_delay_seconds"].cell,
      ]
      let paths = standing["paths"].elements
      if paths.isEmpty { rows.append(start + ["-", "-"]) }
      for path in paths {
        rows.append(start + [path["path_prefix"].cell, line(of: path)])
        for below in path["disallowed_below"].elements {
          rows.append(["", "", "", "", "", "  but below it", line(of: below)])
        }
      }
    }
    return Table(
      [
        .number("TARGET"), .text("HOST"), .text("ROBOTS.TXT"), .text("TOKENS"),
        .number("CRAWL-DELAY S"), .prose("PATH"), .prose("LINE"),
      ], empty: "nothing is asked for", rows: rows)
  }

  static func items(_ dossier: JSON) -> Table {
    Table(
      [
        .number("ITEM"), .text("HOST"), .text("KIND"), .text("FETCHED"), .text("ANSWER"),
        .text("ADDRESS"), .number("MS"), .text("SHA-256"),
      ], empty: "nothing has been fetched yet",
      rows: dossier["items"].elements.map { item in
        [
          item["n"].cell, item["host"].cell, item["kind"].cell, item["fetched_at"].timeCell,
          item["status"].text ?? item["outcome"].cell, item["address"].cell,
          item["elapsed_ms"].cell,
          String(item["content"]["sha256"].cell.dropFirst("sha256:".count).prefix(12)),
        ]
      })
  }

  /// `3: Disallow: /private/`.
  static func line(of finding: JSON) -> String {
    guard let rule = finding["rule"].text else { return "-" }
    return "\(finding["line"].cell): \(rule)"
  }
}
