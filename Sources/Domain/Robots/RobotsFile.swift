/// A robots.txt (RFC 9309): which groups there are and what they say. Any bytes are one.
package struct RobotsFile: Sendable {
  /// One line that allows or disallows.
  package struct Rule: Hashable, Sendable {
    package enum Effect: String, Hashable, Sendable { case allow, disallow }

    package let effect: Effect
    package let pattern: RobotsPattern
    /// Counted from 1.
    package let line: Int
    /// As written, without white space around it and comment: `Disallow: /private/`.
    package let text: String
  }

  /// What stands between a block of User-agent lines and the next.
  fileprivate struct Group {
    var agents: [String] = []
    var rules: [Rule] = []
  }

  /// Crawl-delay ends a group's agents for itself alone: no record that RFC 9309 does not know
  /// may interfere with those that it knows.
  fileprivate struct DelayGroup {
    var agents: [String] = []
    var milliseconds: Int64?
  }

  /// What is read; the rest of a longer file is left out (RFC 9309 §2.5).
  package static let bytesMax = 512_000
  /// The token of the group for everybody who has none.
  package static let everybody = "*"

  private var groups: [Group] = []
  private var delays: [DelayGroup] = []
  private var groupsOfAgent: [String: [Int]] = [:]
  private var delaysOfAgent: [String: [Int]] = [:]

  /// Reads a file. Cost: linear in its bytes.
  package init(_ bytes: [UInt8]) {
    var reader = RobotsLines(bytes.prefix(RobotsFile.bytesMax))
    var isClosed = true
    var isDelayClosed = true
    while let line = reader.next() {
      switch line.record {
      case .userAgent(let agent):
        if isClosed { groups.append(Group()) }
        if isDelayClosed { delays.append(DelayGroup()) }
        (isClosed, isDelayClosed) = (false, false)
        guard !agent.isEmpty else { continue }
        groups[groups.count - 1].agents.append(agent)
        delays[delays.count - 1].agents.append(agent)
      case .rule(let effect, let path):
        (isClosed, isDelayClosed) = (true, true)
        guard !groups.isEmpty, let pattern = RobotsPattern(path) else { continue }
        groups[groups.count - 1].rules.append(
          Rule(effect: effect, pattern: pattern, line: line.number, text: line.text))
      case .crawlDelay(let milliseconds):
        isDelayClosed = true
        guard !delays.isEmpty, let milliseconds else { continue }
        let known = delays[delays.count - 1].milliseconds ?? 0
        delays[delays.count - 1].milliseconds = max(known, milliseconds)
      }
    }
    for (index, group) in groups.enumerated() {
      for agent in group.agents where groupsOfAgent[agent]?.last != index {
        groupsOfAgent[agent, default: []].append(index)
      }
    }
    for (index, group) in delays.enumerated() where group.milliseconds != nil {
      for agent in group.agents where delaysOfAgent[agent]?.last != index {
        delaysOfAgent[agent, default: []].append(index)
      }
    }
  }

  /// The token of the group that is for an agent: its own, `*`, or nil when there is neither.
  package func group(for agent: RobotsAgent) -> String? {
    [agent.token, RobotsFile.everybody].first { groupsOfAgent[$0] != nil }
  }

  /// What every group for the agent says together (RFC 9309 §2.2.1).
  package func rules(for agent: RobotsAgent) -> [Rule] {
    group(for: agent).flatMap { groupsOfAgent[$0] }.map { $0.flatMap { groups[$0].rules } } ?? []
  }

  /// The longest Crawl-delay for the agent; nil where none, or 0, is declared.
  package func crawlDelayMilliseconds(for agent: RobotsAgent) -> Int64? {
    guard let group = group(for: agent), let indices = delaysOfAgent[group] else { return nil }
    return indices.compactMap { delays[$0].milliseconds }.max().flatMap { $0 > 0 ? $0 : nil }
  }

  /// What the file says of a path for an agent. Cost: all patterns × the path.
  package func finding(_ path: RobotsPath, for agent: RobotsAgent) -> RobotsFinding {
    RobotsFinding(of: path, by: rules(for: agent))
  }
}

/// Path and query of a URL in the spelling that patterns are compared with.
package struct RobotsPath: Hashable, Sendable {
  let bytes: [UInt8]

  /// The longest URL that is looked at.
  package static let bytesMax = 2_048

  /// Of an absolute URL, or of a path that begins with `/`.
  package init(_ url: String) {
    var rest = Array(url.utf8)[...]
    if rest.first != UInt8(ascii: "/"), let mark = RobotsPath.authorityStart(rest) {
      rest = rest[mark...].drop { !Array("/?#".utf8).contains($0) }
    }
    if let fragment = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<fragment] }
    let path = RobotsPattern.encoded(rest)
    bytes = path.first == UInt8(ascii: "/") ? path : [UInt8(ascii: "/")] + path
  }

  private static func authorityStart(_ url: ArraySlice<UInt8>) -> Int? {
    let mark = Array("://".utf8)
    return url.indices.first { url[$0...].starts(with: mark) }.map { $0 + mark.count }
  }
}

/// What a robots.txt says of one path.
package struct RobotsFinding: Hashable, Sendable {
  package let isAllowed: Bool
  /// The rule that decided; nil when none fits, which allows.
  package let rule: RobotsFile.Rule?
  /// Rules that disallow something below the path, in the order of the file.
  package let below: [RobotsFile.Rule]

  /// How many rules below a path are told.
  package static let belowMax = 20

  /// The longest pattern decides, among equals the one that allows; robots.txt itself may always
  /// be read (RFC 9309 §2.2.2).
  package init(of path: RobotsPath, by rules: [RobotsFile.Rule]) {
    guard path.bytes != Array("/robots.txt".utf8) else {
      (isAllowed, rule, below) = (true, nil, [])
      return
    }
    var winner: RobotsFile.Rule?
    for rule in rules where rule.pattern.lengthBytes >= winner?.pattern.lengthBytes ?? 0 {
      let isLonger = rule.pattern.lengthBytes > winner?.pattern.lengthBytes ?? 0
      let isMilder = rule.effect == .allow && winner?.effect == .disallow
      if isLonger || isMilder || winner == nil, rule.pattern.matches(path.bytes) { winner = rule }
    }
    rule = winner
    isAllowed = winner?.effect != .disallow
    // What fits the path only as a whole decides nothing below it.
    let length = winner.map { $0.pattern.isAnchored ? 0 : $0.pattern.lengthBytes } ?? 0
    below = Array(
      rules.lazy.filter {
        $0.effect == .disallow && $0.pattern.lengthBytes >= length && $0 != winner
          && !$0.pattern.matches(path.bytes) && $0.pattern.mayMatch(below: path.bytes)
      }.prefix(RobotsFinding.belowMax))
  }
}
