import Domain
import Testing

@Suite("proposal content")
struct ProposalContentTests {
  @Test("names become ids and the canonical bytes read back to the same content")
  func resolved() throws {
    let content = try ContentBuilder.content()
    #expect(content.owner == ContentBuilder.owner)
    #expect(content.pools == [ContentBuilder.pool])
    let bytes = try content.json.canonicalBytes()
    let again = try ProposalContent.read(JSONParser.parse(bytes), in: ContentBuilder.context)
    #expect(again == content)
    #expect(try again.json.canonicalBytes() == bytes)
    #expect(EvidenceProfile.content.violations(in: content.json).isEmpty)
  }

  @Test("with ids in it, the bytes are those of the content as it was sent")
  func faithful() throws {
    let sent = ContentBuilder.json([
      "owner": JSON(ContentBuilder.owner), "deputy": JSON(ContentBuilder.deputy),
      "maintainer/person": JSON(ContentBuilder.maintainer),
      "pools": .array([JSON(ContentBuilder.pool)]),
      "build_digests": [.string("sha256:" + String(repeating: "a", count: 64))],
      "evidence": [],
      "targets/0/hosts": ["WWW.Example.com."],
      "targets/0/total_requests": 500_000,
      "targets/0/windows": [
        ["days": ["tue", "mon"], "start": "22:00", "end": "06:00"],
        ["days": "all", "start": "12:00", "end": "24:00"],
      ],
      "targets/0/authorisation": [
        "issuer": "A", "reference": "B", "sha256": .string(String(repeating: "0", count: 64)),
        "max_rps": 1, "expires_on": "2027-01-31",
      ],
    ])
    let content = try ProposalContent.read(sent, in: ContentBuilder.context)
    #expect(try content.json.canonicalBytes() == sent.canonicalBytes())
  }

  @Test(
    "what is wrong is refused at its place",
    arguments: [
      ("title", nil, "/title required"),
      ("title", "  ", "/title invalid_format"),
      ("owner", "nobody@demo.example", "/owner unknown_id"),
      ("pools", ["demo", "other"], "/pools/1 unknown_id"),
      ("pools", [], "/pools out_of_range"),
      ("ends_on", "2026-11-30", "/ends_on ends_before_starts"),
      ("ends_on", "2027-05-31", "/ends_on out_of_range"),
      ("ends_on", "2027-02-29", "/ends_on invalid_format"),
      ("surprise", 1, "/surprise unknown_member"),
      ("maintainer/phone", "ring me", "/maintainer/phone invalid_format"),
      ("identity/egress", ["203.0.113.0/33"], "/identity/egress/0 invalid_format"),
      ("identity/egress", ["example.com"], "/identity/egress/0 invalid_format"),
      ("answers/data_use", "fun", "/answers/data_use invalid_format"),
      ("answers/shoe_size", 43, "/answers/shoe_size unknown_question"),
      ("answers/users_served", 5, "/answers/users_served unknown_question"),
      ("answers/ends_on", "2027-01-01", "/answers/ends_on answered_elsewhere"),
      (
        "answers/change_since_approval", "first",
        "/answers/change_since_approval answered_elsewhere"
      ),
      ("targets", [], "/targets out_of_range"),
      ("targets/0/hosts", ["*.com"], "/targets/0/hosts/0 public_suffix"),
      ("targets/0/hosts", ["*"], "/targets/0/hosts/0 public_suffix"),
      ("targets/0/hosts", ["https://www.example.com"], "/targets/0/hosts/0 invalid_format"),
      (
        "targets/0/hosts", ["www.example.com", "WWW.example.com."],
        "/targets/0/hosts/1 duplicate"
      ),
      (
        "targets/0/hosts", ["www.example.com", "www.example.org"],
        "/targets/0/hosts/1 target_spans_sites"
      ),
      ("targets/0/path_prefixes", ["listing"], "/targets/0/path_prefixes/0 invalid_format"),
      ("targets/0/path_prefixes", ["/a/../b"], "/targets/0/path_prefixes/0 invalid_format"),
      ("targets/0/methods", ["PUT"], "/targets/0/methods/0 invalid_format"),
      ("targets/0/max_rps", 0, "/targets/0/max_rps out_of_range"),
      ("targets/0/burst", 0, "/targets/0/burst out_of_range"),
      ("targets/0/burst", "2", "/targets/0/burst wrong_type"),
      ("targets/0/time_zone", "Mars/Olympus", "/targets/0/time_zone unknown_zone"),
      ("targets/0/windows", [], "/targets/0/windows out_of_range"),
      (
        "targets/0/windows", [["days": "all", "start": "08:00", "end": "08:00"]],
        "/targets/0/windows/0/start invalid_format"
      ),
      ("targets/0/answers/max_rps", 1, "/targets/0/answers/max_rps answered_elsewhere"),
      ("targets/0/answers/users_served", -1, "/targets/0/answers/users_served out_of_range"),
      ("targets/0/evidence/0/url", nil, "/targets/0/evidence/0/url required"),
      ("targets/0/evidence/0/question", "luck", "/targets/0/evidence/0/question invalid_format"),
      (
        "targets/0/evidence/0/expires_on", "2026-10-01",
        "/targets/0/evidence/0/expires_on ends_before_starts"
      ),
      (
        "targets/0/authorisation",
        [
          "issuer": "A", "reference": "B", "max_rps": 1,
          "expires_on": "2027-01-31",
        ], "/targets/0/authorisation/sha256 required"
      ),
    ] as [(String, JSON?, String)])
  func refused(path: String, value: JSON?, expected: String) {
    do throws(InvalidBody) {
      _ = try ProposalContent.read(
        ContentBuilder.json([path: value]), in: ContentBuilder.context)
      Issue.record("accepted")
    } catch {
      #expect(error.errors.map { "\($0.pointer) \($0.code.rawValue)" } == [expected])
    }
  }

  @Test("the nearest accepted neighbours: 180 days, a path with dots, 24:00")
  func accepted() throws {
    _ = try ContentBuilder.content(["ends_on": "2027-05-30"])
    _ = try ContentBuilder.content(["ends_on": "2026-12-01"])
    _ = try ContentBuilder.content(["targets/0/path_prefixes": ["/a/..b/c.d/"]])
    _ = try ContentBuilder.content([
      "targets/0/windows": [["days": ["sun"], "start": "00:00", "end": "24:00"]]
    ])
    _ = try ContentBuilder.content(["answers": [:], "targets/0/answers": [:]])
  }

  @Test("mentions name everybody and every host that must be looked up")
  func mentions() {
    let found = ContentMentions(in: ContentBuilder.json())
    #expect(
      found.people == [
        "owner@demo.example", "owner2@demo.example", "operator@demo.example",
      ])
    #expect(found.pools == ["demo"])
    #expect(
      found.hosts.map(\.text).sorted() == [
        "com", "example.com", "shop.example.com", "www.example.com",
      ])
    #expect(ContentMentions(in: 5).people.isEmpty)
  }
}
