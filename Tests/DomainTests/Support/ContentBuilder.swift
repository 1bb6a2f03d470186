import Domain

/// Contents for tests: a polite T1 proposal that each test changes where it matters.
enum ContentBuilder {
  static let owner = id(PersonKind.self, 1)
  static let deputy = id(PersonKind.self, 2)
  static let maintainer = id(PersonKind.self, 3)
  static let requester = id(PersonKind.self, 4)
  static let pool = id(PoolKind.self, 1)

  /// A fixed id: the same number gives the same id.
  static func id<Kind>(_ kind: Kind.Type, _ number: Int) -> Identifier<Kind> {
    let digits = String(number)
    let text =
      Kind.prefix + "_" + String(repeating: "0", count: 26 - digits.count) + digits
    guard let id = Identifier<Kind>(text) else { preconditionFailure("not an id: \(text)") }
    return id
  }

  static let context = ContentContext(
    origin: .caller(
      people: [
        "owner@demo.example": owner, owner.text: owner, "owner2@demo.example": deputy,
        deputy.text: deputy, "pm2@demo.example": deputy,
        "operator@demo.example": maintainer, maintainer.text: maintainer,
      ],
      pools: ["demo": pool, pool.text: pool],
      site: { host in suffixes.implicitSite(of: host) }),
    suffixes: suffixes, zones: zones, questions: DefaultPolicy.policy.questions)

  /// The last two labels, as if every top-level name were a suffix.
  static let suffixes = PublicSuffixes { host, _ in
    let parents = host.selfAndParents
    return parents.count < 2 ? nil : parents[parents.count - 2]
  }

  static let zones = Zones { name in
    switch name {
    case "UTC": .utc
    case "Asia/Shanghai":
      Zone(name: name, firstOffsetSeconds: 8 * 3_600, transitions: [])
    default: nil
    }
  }

  static let politeText = """
    {"title":"Price reference","purpose":"Compare list prices.","owner":"owner@demo.example",
    "deputy":"owner2@demo.example",
    "maintainer":{"person":"operator@demo.example","phone":"+86 10 1234 5678"},
    "starts_on":"2026-12-01","ends_on":"2027-02-28","pools":["demo"],
    "identity":{"user_agent":"DemoBot/1.0 (+https://demo.example/bot)",
     "contact":"crawler@demo.example","egress":["203.0.113.0/28","2001:db8::1"]},
    "answers":{"data_use":"price_reference","alternatives":"none_exists",
     "substitutes_target":false,"data_recipients":"none","jurisdictions":["CN"],
     "kill_switch_proven":true,"stops_on_challenge":true,"unattended":false,
     "personal_data":"none","data_classification":"none","protected_works":"facts_only",
     "trade_secrets":false,"cross_border":"none","retention_days":180,
     "encrypted_at_rest":true,"model_training":false,"code_provenance":"inhouse_reviewed",
     "egress_attributable":true,"people_who_can_stop":3},
    "targets":[{"hosts":["www.example.com","*.shop.example.com"],
     "path_prefixes":["/listing/"],"methods":["GET","HEAD"],"max_rps":0.5,"burst":2,
     "max_concurrency":2,"max_workers":2,"daily_requests":20000,
     "time_zone":"Asia/Shanghai",
     "evidence":[{"question":"capacity_evidence","url":"https://demo.example/load",
      "observed_on":"2026-11-01","expires_on":"2027-05-01","max_rps":100}],
     "answers":{"operator_kind":"private_company","public_service_field":"none",
      "users_served":4000,"dependants":false,"operator_consent":"notified_no_reply",
      "access_gate":"open_no_login","robots_verdict":"allowed","terms_on_automation":"silent",
      "technical_measures":[],"circumvents_measures":false,"rights_reservations":[],
      "earlier_objection":"none","identifies_itself":true,
      "capacity_evidence":"measured_baseline","capacity_share_permille":5,
      "enumerates":false,"costly_endpoints":false}}]}
    """

  /// The polite content with members replaced; nil removes. Paths like `targets/0/max_rps`.
  static func json(_ changes: [String: JSON?] = [:]) -> JSON {
    do {
      var json = try JSONParser.parse(Array(politeText.utf8))
      for (path, value) in changes.sorted(by: { $0.key < $1.key }) {
        json = json.setting(path.split(separator: "/").map(String.init), to: value)
      }
      return json
    } catch {
      preconditionFailure("the content does not parse: \(error)")
    }
  }

  static func content(_ changes: [String: JSON?] = [:]) throws -> ProposalContent {
    try ProposalContent.read(json(changes), in: context)
  }
}

extension JSON {
  /// The same document with the value at a path replaced, added or (nil) removed.
  func setting(_ path: [String], to value: JSON?) -> JSON {
    guard let first = path.first else { return value ?? .null }
    let rest = Array(path.dropFirst())
    if case .array(var elements) = self, let index = Int(first) {
      if index == elements.count { elements.append(.null) }
      elements[index] = elements[index].setting(rest, to: value)
      return .array(elements)
    }
    guard case .object(var object) = self else { preconditionFailure("no member \(first)") }
    if rest.isEmpty {
      object[first] = value
    } else {
      object[first] = (object[first] ?? .object(JSONObject())).setting(rest, to: value)
    }
    return .object(object)
  }
}
