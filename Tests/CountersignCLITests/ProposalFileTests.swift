import Domain
import Testing
import Wire

@testable import countersign

@Suite("proposal files")
struct ProposalFileTests {
  /// 2026-11-21 22:40 UTC: already the 22nd in Shanghai, still the 21st in New York.
  private let now = Timestamp(microseconds: 1_795_300_800_000_000)

  private func sent(_ text: String, localZone: Zone = .utc) throws -> JSON {
    let file = InputFile(name: "test.yaml", bytes: Array(text.utf8))
    let content = try ProposalFile.content(of: file, now: now, localZone: localZone)
    #expect(content.type == "application/yaml")
    return try YAMLDocument.parse(content.bytes)
  }

  @Test("the tests' now is what they say")
  func instant() {
    #expect(now.description == "2026-11-21T22:40:00Z")
  }

  @Test("today is the day of the target's zone")
  func zone() throws {
    let json = try sent(
      """
      starts_on: today
      ends_on: +60d
      targets:
        - time_zone: Asia/Shanghai
      """)
    #expect(json["starts_on"] == "2026-11-22")
    #expect(json["ends_on"] == "2027-01-21")
  }

  @Test("with several zones it is the earliest day among them")
  func zones() throws {
    let json = try sent(
      """
      starts_on: today
      targets: [{time_zone: Asia/Shanghai}, {time_zone: America/New_York}]
      """)
    #expect(json["starts_on"] == "2026-11-21")
  }

  @Test("without a known zone it is the day of this machine")
  func local() throws {
    let east = Zone(name: "east", firstOffsetSeconds: 14 * 3_600, transitions: [])
    let json = try sent("starts_on: today\ntargets: [{time_zone: Nowhere/At-all}]", localZone: east)
    #expect(json["starts_on"] == "2026-11-22")
  }

  @Test("dates and all other text stay as they are written")
  func untouched() throws {
    let json = try sent("title: today\nstarts_on: 2026-12-01\npurpose: \"no\"\nmax: 0.50")
    #expect(
      json == [
        "title": "today", "starts_on": "2026-12-01", "purpose": "no", "max": "0.50",
      ])
  }

  @Test("JSON is taken too, with or without the content around it")
  func json() throws {
    let plain = try sent(#"{"starts_on": "+1d", "targets": [{"max_rps": 0.5}]}"#)
    let wrapped = try sent(#"{"content": {"starts_on": "+1d", "targets": [{"max_rps": 0.5}]}}"#)
    #expect(plain == wrapped)
    #expect(plain["starts_on"] == "2026-11-22")
  }

  @Test("a broken file names the place")
  func broken() {
    do {
      _ = try sent("a: &x 1\nb: *x")
      Issue.record("anchors were taken")
    } catch let error as UnreadableDocument {
      #expect(error.file == "test.yaml")
      #expect(error.invalid.errors.first?.code == .malformed)
    } catch {
      Issue.record("\(error)")
    }
  }
}
