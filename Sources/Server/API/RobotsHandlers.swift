import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// `POST /v1/robots-checks`: may a crawler fetch these URLs, and which line says so.
enum RobotsHandlers {
  static let endpoints: [Endpoint] = [Endpoint(.post, "/v1/robots-checks", check)]

  static func check(_ call: Call) async throws -> Answer {
    let body = try call.body(RobotsQuestion.read)
    // Who asks comes before what is wrong with the question.
    _ = try await call.service.look(for: try call.caller()) { act in
      _ = try act.person()
      return ShowMe()
    }
    let question = try body.get()
    let agent = RobotsAgent(userAgent: question.userAgent)
    switch question.source {
    case .body(let text):
      let answer = RobotsAnswer.file(RobotsFile(Array(text.utf8)))
      return .ok(.object(RobotsCheck(agent: agent, answer: answer, urls: question.urls).json))
    case .host(let host):
      guard let fetcher = call.service.fetcher else {
        throw InvalidBody(errors: [
          FieldError(
            .root.appending("host"), .notEnforced,
            "fetching is switched off here (COUNTERSIGN_DOSSIER): send the file as body")
        ])
      }
      let fetched = await fetcher.fetch("/robots.txt", of: host, .robots, contact: nil)
      var json = RobotsCheck(
        agent: agent, answer: RobotsAnswer(fetched.answer), urls: question.urls
      ).json
      json["fetch"] = .object(fetched.answer.json(of: fetched.url))
      return .ok(.object(json))
    }
  }
}

/// What a check is about.
struct RobotsQuestion: Sendable {
  enum Source: Sendable {
    case body(String)
    case host(Host)
  }

  let source: Source
  let userAgent: String
  let urls: [String]

  static func read(_ body: JSONReader) -> RobotsQuestion? {
    let text = body.optional("body", .file)
    let host = body.optional("host", .host)
    let userAgent = body.required("user_agent", .string(1...500))
    let urls = body.required(
      "urls", .array(1...RobotsCheck.urlsMax, of: .robotsURL(on: host)))
    let names = body.names.filter { $0 == "body" || $0 == "host" }
    if names.count != 1 {
      body.record(.required, at: "body", "either body or host is required, and not both")
      return nil
    }
    guard let userAgent, let urls, let source = text.map(Source.body) ?? host.map(Source.host)
    else { return nil }
    return RobotsQuestion(source: source, userAgent: userAgent, urls: urls)
  }
}

extension JSONField where Value == String {
  /// A robots.txt, with whatever characters stand in it.
  fileprivate static var file: JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      guard text.utf8.count <= RobotsFile.bytesMax else {
        return slot.fail(.outOfRange, "must have at most \(RobotsFile.bytesMax) bytes")
      }
      return text
    }
  }

  /// An http or https URL, or a path; on the host that is asked, where one is.
  fileprivate static func robotsURL(on host: Host?) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      guard text.utf8.count <= RobotsPath.bytesMax else {
        return slot.fail(.outOfRange, "must have at most \(RobotsPath.bytesMax) bytes")
      }
      if text.hasPrefix("/") { return text }
      let lower = text.lowercased()
      guard lower.hasPrefix("http://") || lower.hasPrefix("https://") else {
        return slot.fail(.invalidFormat, "must be an http or https URL, or a path")
      }
      if let host, Host(ofURL: text) != host {
        return slot.fail(.invalidFormat, "lies on another host than \(host)")
      }
      return text
    }
  }
}

extension Host {
  /// The host of an absolute URL; nil for anything else.
  init?(ofURL url: String) {
    guard let mark = url.firstRange(of: "://") else { return nil }
    let authority = url[mark.upperBound...].prefix { !"/?#".contains($0) }
    let host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
    let port = host.lastIndex(of: ":").map { host[$0...] } ?? ""
    let isPort = !port.isEmpty && port.dropFirst().allSatisfy(\.isNumber)
    self.init(query: String(isPort ? host.dropLast(port.count) : host))
  }
}

extension SiteAnswer {
  /// `{url, outcome, status, address, hops[], bytes, truncated, elapsed_ms}`.
  func json(of url: String) -> JSONObject {
    [
      "url": .string(url), "outcome": .string(outcome.rawValue),
      "status": status.map { JSON($0) } ?? .null,
      "address": JSON(orNull: hops.last?.address),
      "hops": .array(
        hops.map {
          [
            "url": .string($0.url), "status": JSON($0.status), "address": .string($0.address),
          ]
        }),
      "bytes": JSON(content.count), "truncated": .bool(isCut),
      "elapsed_ms": JSON(elapsedMilliseconds),
    ]
  }
}
