import Domain
import Foundation
import Registries
import Wire

extension ProposalFile {
  /// What is sent of a file in YAML or JSON: its dates made real, scalars left to the service,
  /// which types each by its field.
  ///
  /// Errors: `UnreadableDocument` naming the places.
  static func content(
    of file: InputFile, now: Timestamp, zones: Zones = .system, localZone: Zone
  ) throws -> Content {
    do throws(InvalidBody) {
      let written = try YAMLDocument.parse(file.bytes)
      let isWrapped = written.members.map(\.name) == ["content"]
      let content = isWrapped ? written["content"] : written
      let today = today(for: content, now: now, zones: zones, localZone: localZone)
      return .yaml(try read(content.bytes(), today: today).bytes())
    } catch {
      throw UnreadableDocument(file: file.name, invalid: error)
    }
  }

  /// Today where the crawl begins first: the earliest day among the targets' zones, or on this
  /// machine where no target names a zone that is known here.
  static func today(
    for content: JSON, now: Timestamp, zones: Zones, localZone: Zone
  ) -> LocalDate {
    let named = content["targets"].elements
      .compactMap { $0["time_zone"].string.flatMap(zones.zone)?.date(at: now) }
    return named.min() ?? localZone.date(at: now)
  }
}

extension Zone {
  /// The zone of this machine: `TZ`, else what /etc/localtime names, else UTC.
  static var local: Zone {
    Zones.system.zone(TimeZone.current.identifier) ?? .utc
  }
}
