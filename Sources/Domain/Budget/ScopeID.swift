/// What has a ceiling: a budget or a site. Text order is the order of locking.
package enum ScopeID: Hashable, Sendable, Comparable, CustomStringConvertible {
  case budget(BudgetID)
  case site(SiteID)

  package var text: String {
    switch self {
    case .budget(let id): id.text
    case .site(let id): id.text
    }
  }

  package var description: String { text }

  package static func < (left: ScopeID, right: ScopeID) -> Bool { left.text < right.text }

  package init?(_ text: String) {
    if let id = BudgetID(text) {
      self = .budget(id)
    } else if let id = SiteID(text) {
      self = .site(id)
    } else {
      return nil
    }
  }
}
