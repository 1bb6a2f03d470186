/// Which events somebody wants to hear of: one type, `family.*`, or `*` for all.
package struct EventPattern: Hashable, Sendable {
  package let text: String

  /// Nil unless there is such a type or family.
  package init?(_ text: String) {
    guard EventPattern.all.contains(text) else { return nil }
    self.text = text
  }

  private static let all: Set<String> = {
    let types = EventType.allCases.map(\.rawValue)
    let families = types.map { String($0.prefix { $0 != "." }) + ".*" }
    return Set(types + families + ["*"])
  }()
}

extension JSONField where Value == EventPattern {
  /// A type of events, `family.*` or `*`.
  package static var eventPattern: JSONField {
    .parsed("a type of events, a family such as decision.*, or *") { EventPattern($0) }
  }
}
