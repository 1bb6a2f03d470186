import ArgumentParser
import Domain
import Foundation
import Wire

/// `countersign sites`: hosts and what they bear over all projects.
struct SitesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sites", abstract: "Hosts and what they bear, over all projects.",
    subcommands: [
      ListSitesCommand.self, ShowSiteCommand.self, PutSiteCommand.self, SiteLoadCommand.self,
    ])
}

/// `sites list`.
struct ListSitesCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "The registered sites with their ceilings.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "sites"), page.query)
    try session.showList(reply) { sites in
      Table(
        [
          .text("HOST"), .text("OPERATOR"), .number("RPS"), .number("BURST"),
          .number("AT ONCE"), .number("A DAY"), .text("ZONE"), .prose("HOURS"),
        ],
        empty: "no sites are registered; each registrable domain has an implicit one",
        rows: sites.map { site in
          let ceiling = site["ceiling"]
          return [
            site["host"].cell, site["operator_kind"].cell, ceiling["max_rps"].cell,
            ceiling["burst"].cell, ceiling["max_concurrency"].cell,
            Numbers.grouped(ceiling["daily_requests"].cell), site["time_zone"].cell,
            Hours.text(ceiling["windows"]),
          ]
        })
    }
  }
}

/// `sites show`.
struct ShowSiteCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One site and its ceiling.")

  @Argument(help: "The host.") var host: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    try session.show(try await session.api.get(Path("v1", "sites", host)), Printout.site)
  }
}

/// `sites put`.
struct PutSiteCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "put",
    abstract: "Register a site or change its ceiling, from a YAML or JSON file.",
    discussion: "The file holds the body of PUT /v1/sites/{host} (openapi.yaml).")

  @Argument(help: "The host.") var host: String
  @Argument(help: "The file; - is standard input.") var file: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let body = try InputFile(file).json()
    let path = Path("v1", "sites", host)
    let reply = try await session.api.put(path, body, ifMatch: try await version(path, session))
    try session.show(reply, Printout.site)
  }

  /// The version that is replaced; nil for a new site.
  private func version(_ path: Path, _ session: Session) async throws -> String? {
    do {
      return try await session.api.get(path).eTag
    } catch let refused as Refused where refused.reply.status == 404 {
      return nil
    }
  }
}

extension Printout {
  /// One site.
  static func site(_ site: JSON) -> Printout {
    let ceiling = site["ceiling"]
    return Printout([
      "host": site["host"].text, "id": site["id"].text,
      "operator": site["operator_kind"].text,
      "aliases": site["aliases"].joined(), "requests a second": ceiling["max_rps"].text,
      "burst": ceiling["burst"].text, "at once": ceiling["max_concurrency"].text,
      "requests a day": Numbers.grouped(ceiling["daily_requests"].cell),
      "hours": Hours.text(ceiling["windows"]), "time zone": site["time_zone"].text,
      "contact": site["contact"].text, "notes": site["notes"].text,
    ])
  }
}
