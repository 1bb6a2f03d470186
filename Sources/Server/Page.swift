package import Domain
import Foundation
package import HTTP
import HTTPTypes

/// Which part of a list is asked for: `?limit=` and `&cursor=`.
package struct Page: Hashable, Sendable {
  package static let limits = 1...200
  package static let limitDefault = 50

  package let limit: Int
  /// The sort key after which the page begins; nil for the first page.
  package let after: String?

  /// Errors: `invalid_query` naming `limit` or `cursor`.
  package init(_ request: Request) throws(InvalidBody) {
    var errors: [FieldError] = []
    var limit = Page.limitDefault
    if let text = request.queryValue("limit") {
      if let value = Int64(digits: text.utf8), Page.limits.contains(Int(value)) {
        limit = Int(value)
      } else {
        errors.append(
          FieldError(
            JSONPointer.root.appending("limit"), .outOfRange,
            "must be \(Page.limits.lowerBound) to \(Page.limits.upperBound)"))
      }
    }
    let cursor = request.queryValue("cursor")
    let after = cursor.flatMap(Page.decoded)
    if cursor != nil, after == nil {
      errors.append(
        FieldError(
          JSONPointer.root.appending("cursor"), .invalidFormat, "is not one of ours"))
    }
    if !errors.isEmpty { throw InvalidBody(.invalidQuery, errors: errors) }
    self.limit = limit
    self.after = after
  }

  /// The answer of a list: ask the database for `limit + 1` rows and hand all of them over.
  package func answer<Item>(
    _ items: [Item], of request: Request, key: (Item) -> String, _ json: (Item) -> JSON
  ) -> Answer {
    let shown = items.prefix(limit)
    let next = items.count > limit ? shown.last.map { Page.encoded(key($0)) } : nil
    let answer = Answer.ok([
      "items": .array(shown.map(json)), "next_cursor": JSON(orNull: next),
    ])
    guard let next else { return answer }
    let kept = request.queryItems.filter { $0.name != "cursor" && $0.name != "limit" }
      .map { "\($0.name.queryEscaped)=\($0.value.queryEscaped)" }
    let query = (kept + ["limit=\(limit)", "cursor=\(next)"]).joined(separator: "&")
    return answer.with(.link, "<\(request.path)?\(query)>; rel=\"next\"")
  }

  private static let prefix = "k1:"

  private static func encoded(_ key: String) -> String {
    Data((prefix + key).utf8).base64EncodedString()
      .replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }

  private static func decoded(_ cursor: String) -> String? {
    guard cursor.utf8.count <= 512 else { return nil }
    let base64 = cursor.replacingOccurrences(of: "-", with: "+")
      .replacingOccurrences(of: "_", with: "/")
    let padded = base64 + String(repeating: "=", count: (4 - base64.utf8.count % 4) % 4)
    guard let data = Data(base64Encoded: padded), let text = String(bytes: data, encoding: .utf8),
      text.hasPrefix(prefix), encoded(String(text.dropFirst(prefix.count))) == cursor
    else { return nil }
    return String(text.dropFirst(prefix.count))
  }
}

extension String {
  /// Percent-encoded for a query component (RFC 3986 unreserved characters stay).
  fileprivate var queryEscaped: String {
    utf8.map { byte in
      let isUnreserved =
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
        || [45, 46, 95, 126].contains(byte)
      return isUnreserved
        ? String(UnicodeScalar(byte)) : "%" + [byte].hex.uppercased()
    }.joined()
  }
}
