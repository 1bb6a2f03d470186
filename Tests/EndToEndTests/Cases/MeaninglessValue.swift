import Domain

/// A body of the right shape with a value that means nothing, and the error it must get.
struct MeaninglessValue: Sendable {
  /// The end of the route's path.
  let route: String
  /// Paths with slashes and what stands there.
  let changes: [(String, JSON)]
  /// Pointer and code of an error.
  let expected: String

  static var all: [MeaninglessValue] { content + reviews + others }

  private static func content(
    _ path: String, _ value: JSON, _ code: String, at pointer: String? = nil
  ) -> MeaninglessValue {
    MeaninglessValue(
      route: "/proposals", changes: [("content/" + path, value)],
      expected: "/content/\(pointer ?? path) \(code)")
  }

  private static let target = "targets/0/"
  private static let answer = "targets/0/answers/"

  private static var content: [MeaninglessValue] {
    [
      content("owner", "nobody@demo.example", "unknown_id"),
      content("owner", "pool_01arz3ndektsv4rrffq69g5fav", "unknown_id"),
      content("owner", "pers_01arz3ndektsv4rrffq69g5fav", "unknown_id"),
      content("pools/0", "nowhere", "unknown_id"),
      content("pools", ["demo", "demo"], "duplicate", at: "pools/1"),
      content("pools", [], "out_of_range"),
      content("title", "  ", "invalid_format"),
      content("title", .string(String(repeating: "a", count: 201)), "out_of_range"),
      content("maintainer/phone", "call me", "invalid_format"),
      content("starts_on", "2026-02-30", "invalid_format"),
      content("starts_on", "today", "invalid_format"),
      content("ends_on", Content.day(-2), "ends_before_starts"),
      content("ends_on", Content.day(180), "out_of_range"),
      content("build_digests", ["sha256:abc"], "invalid_format", at: "build_digests/0"),
      content("build_digests", [], "out_of_range"),
      content("identity/egress/0", "203.0.113.0/33", "invalid_format"),
      content("identity/egress/0", "::1::", "invalid_format"),
      content("answers/data_use", "fun", "invalid_format"),
      content("answers/operator_kind", "own", "unknown_question"),
      content("answers/retention_days", -1, "out_of_range"),
      content("targets", [], "out_of_range"),
      content(target + "hosts/0", "*.com", "public_suffix"),
      content(target + "hosts/0", "*", "public_suffix"),
      content(target + "hosts/0", "*.co.uk", "public_suffix"),
      content(target + "hosts/0", "http://www.example.com/", "invalid_format"),
      content(target + "hosts/0", "www.example.com:80", "invalid_format"),
      content(target + "hosts/0", "a b", "invalid_format"),
      content(target + "hosts/0", "", "invalid_format"),
      content(target + "hosts/0", "www.*.example", "invalid_format"),
      content(
        target + "hosts", ["www.one.example", "www.two.example"], "target_spans_sites",
        at: target + "hosts/1"),
      content(
        target + "hosts", ["www.one.example", "WWW.One.Example."], "duplicate",
        at: target + "hosts/1"),
      content(target + "path_prefixes/0", "prices", "invalid_format"),
      content(target + "path_prefixes/0", "/a/../b", "invalid_format"),
      content(target + "methods", ["GET", "BREW"], "invalid_format", at: target + "methods/1"),
      content(target + "max_rps", 0, "out_of_range"),
      content(target + "max_rps", 1_000_001, "out_of_range"),
      content(target + "burst", 0, "out_of_range"),
      content(target + "max_workers", 0, "out_of_range"),
      content(target + "daily_requests", 0, "out_of_range"),
      content(target + "time_zone", "Mars/Phobos", "unknown_zone"),
      content(target + "time_zone", "+08:00", "unknown_zone"),
      content(target + "windows", [], "out_of_range"),
      content(answer + "users_served", -1, "out_of_range"),
      content(answer + "operator_kind", "aliens", "invalid_format"),
      content(answer + "max_rps", 5, "answered_elsewhere"),
      content(target + "evidence/0/url", "ftp://demo.example", "invalid_format"),
      content(
        target + "evidence/0/expires_on", Content.day(-60), "ends_before_starts"),
    ]
  }

  private static var reviews: [MeaninglessValue] {
    [
      MeaninglessValue(
        route: "/submissions", changes: [("revision_digest", .string("sha256:ABC"))],
        expected: "/revision_digest invalid_format"),
      MeaninglessValue(
        route: "/submissions",
        changes: [("revision_digest", .string(String(repeating: "a", count: 64)))],
        expected: "/revision_digest invalid_format"),
      MeaninglessValue(
        route: "/submissions",
        changes: [("revision_digest", .string("sha256:" + String(repeating: "A", count: 64)))],
        expected: "/revision_digest invalid_format"),
      MeaninglessValue(
        route: "/decisions", changes: [("role", "king")], expected: "/role invalid_format"),
      MeaninglessValue(
        route: "/decisions", changes: [("verdict", "maybe")],
        expected: "/verdict invalid_format"),
    ]
  }

  private static var others: [MeaninglessValue] {
    [
      MeaninglessValue(
        route: "/leases", changes: [("hosts", [])], expected: "/hosts out_of_range"),
      MeaninglessValue(
        route: "/leases",
        changes: [("hosts", .array((0...20).map { .string("h\($0).example") }))],
        expected: "/hosts out_of_range"),
      MeaninglessValue(
        route: "/leases", changes: [("worker", "Spider 1")], expected: "/worker invalid_format"),
      MeaninglessValue(
        route: "/leases", changes: [("wants_rps", 0)], expected: "/wants_rps out_of_range"),
      MeaninglessValue(
        route: "/leases", changes: [("proposal", "grant_01arz3ndektsv4rrffq69g5fav")],
        expected: "/proposal invalid_format"),
      MeaninglessValue(
        route: "/renewals", changes: [("term", 0)], expected: "/term out_of_range"),
      MeaninglessValue(
        route: "/renewals", changes: [("usage/to", "2020-01-01T00:00:00Z")],
        expected: "/usage/to out_of_range"),
      MeaninglessValue(
        route: "/renewals", changes: [("usage/from", "yesterday")],
        expected: "/usage/from invalid_format"),
      MeaninglessValue(
        route: "/renewals", changes: [("usage/status", ["99": 1])],
        expected: "/usage/status/99 invalid_format"),
      MeaninglessValue(
        route: "/pools", changes: [("owner", "pool_01arz3ndektsv4rrffq69g5fav")],
        expected: "/owner invalid_format"),
      MeaninglessValue(
        route: "/people", changes: [("email", "nobody")], expected: "/email invalid_format"),
      MeaninglessValue(
        route: "/sites/site.example", changes: [("capacity", ["max_rps": 1])],
        expected: "/capacity not_enforced"),
      MeaninglessValue(
        route: "/sites/site.example", changes: [("ceiling/windows/0/end", "22:00")],
        expected: "/ceiling/windows/0/start invalid_format"),
      MeaninglessValue(
        route: "/locks", changes: [("incident", "inc_01arz3ndektsv4rrffq69g5fav")],
        expected: "/incident unknown_id"),
      MeaninglessValue(
        route: "/incidents", changes: [("source", "breaker")],
        expected: "/source invalid_format"),
      MeaninglessValue(
        route: "/incidents", changes: [("noticed_at", "2999-01-01T00:00:00Z")],
        expected: "/noticed_at out_of_range"),
      MeaninglessValue(
        route: "/entries", changes: [("stage", "recovery")], expected: "/impact out_of_range"),
      MeaninglessValue(
        route: "/entries", changes: [("impact/to", "2026-01-01T00:00:00Z")],
        expected: "/impact/to out_of_range"),
      MeaninglessValue(
        route: "/entries", changes: [("meets", ["unheard_of"])],
        expected: "/meets/0 unknown_id"),
      MeaninglessValue(
        route: "/locks", changes: [("scope/kind", "everything")],
        expected: "/scope/id out_of_range"),
    ]
  }
}
