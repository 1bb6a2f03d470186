import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// The impact assessment of a revision as a document (网络数据安全管理条例 art. 18).
enum ImpactHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/proposals/{id}/impact-assessment", show)
  ]

  /// How the document is set.
  enum Form: String, CaseIterable {
    case html = "text/html"
    case markdown = "text/markdown"
    /// The facts that it is made of.
    case json = "application/json"
  }

  static func show(_ call: Call) async throws -> Answer {
    let asked = Result { () throws(InvalidBody) -> (Int64?, Document.Language?) in
      (
        try call.query("revision", "the number of a revision") { Int64(digits: $0.utf8) },
        try call.query("lang", "en or zh") { Document.Language(rawValue: $0) }
      )
    }
    let revision = asked.map(\.0)
    let form =
      call.request.header(.accept).flatMap { Preference($0, among: Form.allCases.map(\.rawValue)) }
      .flatMap { Form(rawValue: $0.choice) } ?? .html
    return try await call.look({ _ in
      DescribeImpact(proposal: try call.proposal(), revision: revision)
    }) { impact in
      let language = try asked.get().1 ?? call.language
      return answer(impact, as: form, in: language)
        .with(.contentLanguage, language == .english ? "en" : "zh-CN")
        .with(.vary, "Accept, Accept-Language")
    }
  }

  private static func answer(
    _ impact: DescribeImpact.Output, as form: Form, in language: Document.Language
  ) -> Answer {
    let document = Document(impact: impact.facts, digest: impact.digest, in: language)
    switch form {
    case .json:
      return Answer(200, body: .bytes(impact.bytes, contentType: "application/json"))
    case .markdown:
      return Answer(
        200, body: .bytes(document.markdown, contentType: "text/markdown; charset=utf-8"))
    case .html:
      return Answer(
        200, body: .bytes(document.html, contentType: "text/html; charset=utf-8")
      ).with(.contentSecurityPolicy, Document.contentSecurityPolicy)
        .with(.xContentTypeOptions, "nosniff")
    }
  }
}

extension Call {
  /// The language that `Accept-Language` prefers; English where it says nothing of either.
  fileprivate var language: Document.Language {
    request.header(.acceptLanguage)
      .flatMap { Preference($0, among: Document.Language.allCases.map(\.rawValue)) }
      .flatMap { Document.Language(rawValue: $0.choice) } ?? .english
  }
}

/// The choice that an Accept or Accept-Language field prefers (RFC 9110 §12.4.2, §12.5).
struct Preference: Hashable {
  let choice: String

  /// Nil where the field takes none of them. Of equals the first counts.
  init?(_ field: String, among choices: [String]) {
    let ranges = field.split(separator: ",").prefix(Preference.rangesMax).map(Range.init)
    var best: (choice: String, weight: Int)?
    for choice in choices {
      // The most specific range that fits says how much it is wanted.
      guard
        let range = ranges.filter({ $0.fits(choice) }).max(by: { $0.precision < $1.precision }),
        range.weight > (best?.weight ?? 0)
      else { continue }
      best = (choice, range.weight)
    }
    guard let best else { return nil }
    choice = best.choice
  }

  private static let rangesMax = 50

  private struct Range {
    let name: String
    /// Thousandths.
    let weight: Int

    init(_ text: Substring) {
      let parts = text.split(separator: ";").map { part in
        part.filter { $0 != " " && $0 != "\t" }.lowercased()
      }
      name = parts.first ?? ""
      let quality = parts.dropFirst().first { $0.hasPrefix("q=") }
      weight = quality.map { Range.thousandths($0.dropFirst(2)) } ?? 1_000
    }

    func fits(_ choice: String) -> Bool {
      if name == "*" || name == "*/*" || name == choice { return true }
      if name.hasSuffix("/*") { return choice.hasPrefix(name.dropLast(1)) }
      // `zh-CN` asks for a kind of Chinese.
      return !choice.contains("/") && name.hasPrefix(choice + "-")
    }

    var precision: Int { name.hasPrefix("*") ? 0 : name.hasSuffix("*") ? 1 : 2 }

    private static func thousandths(_ text: Substring) -> Int {
      guard let value = Double(String(text)), (0...1).contains(value) else { return 0 }
      return Int(value * 1_000)
    }
  }
}
