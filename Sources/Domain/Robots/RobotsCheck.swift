/// The question whether a crawler may fetch some URLs, with its answer line by line.
package struct RobotsCheck: Sendable {
  package let agent: RobotsAgent
  package let answer: RobotsAnswer
  package let urls: [String]

  /// How many URLs one check takes.
  package static let urlsMax = 100

  package init(agent: RobotsAgent, answer: RobotsAnswer, urls: [String]) {
    self.agent = agent
    self.answer = answer
    self.urls = urls
  }

  /// As `POST /v1/robots-checks` answers it. Cost: the patterns of the file × the URLs.
  package var json: JSONObject {
    var object: JSONObject = [
      "product_token": agent.token.isEmpty ? .null : .string(agent.token),
      "robots": .string(state), "group": .null, "crawl_delay_seconds": .null,
    ]
    var rules: [RobotsFile.Rule] = []
    if case .file(let file) = answer {
      rules = file.rules(for: agent)
      object["group"] = JSON(orNull: file.group(for: agent))
      object["crawl_delay_seconds"] =
        file.crawlDelayMilliseconds(for: agent)
        .map { JSON(Rate(microRPS: $0 * 1_000)) } ?? .null
    }
    object["verdicts"] = .array(urls.map { .object(verdict(of: $0, by: rules)) })
    return object
  }

  private var state: String {
    switch answer {
    case .file: "found"
    case .none: RobotsStanding.Verdict.none.rawValue
    case .unreachable: RobotsStanding.Verdict.unreachable.rawValue
    case .unverified: RobotsStanding.Verdict.unverified.rawValue
    }
  }

  private func verdict(of url: String, by rules: [RobotsFile.Rule]) -> JSONObject {
    switch answer {
    case .file: RobotsFinding(of: RobotsPath(url), by: rules).json(of: url)
    case .none: ["url": .string(url), "allowed": true, "line": .null, "rule": .null]
    case .unreachable: ["url": .string(url), "allowed": false, "line": .null, "rule": .null]
    case .unverified: ["url": .string(url), "allowed": .null, "line": .null, "rule": .null]
    }
  }
}

extension RobotsFinding {
  /// `{url, allowed, line, rule, disallowed_below[{line, rule}]}`.
  package func json(of url: String, as name: String = "url") -> JSONObject {
    [
      name: .string(url), "allowed": .bool(isAllowed),
      "line": rule.map { JSON($0.line) } ?? .null, "rule": JSON(orNull: rule?.text),
      "disallowed_below": .array(
        below.map { ["line": JSON($0.line), "rule": .string($0.text)] }),
    ]
  }
}
