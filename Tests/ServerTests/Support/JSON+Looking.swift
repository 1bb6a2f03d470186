import Domain

/// Looking into an answer: what is not there is null.
extension JSON {
  subscript(name: String) -> JSON {
    if case .object(let members) = self { members[name] ?? .null } else { .null }
  }

  subscript(index: Int) -> JSON {
    if case .array(let items) = self, items.indices.contains(index) { items[index] } else { .null }
  }

  var elements: [JSON] {
    if case .array(let elements) = self { elements } else { [] }
  }
}
