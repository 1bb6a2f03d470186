/// A site that a target's hosts lie in, as an assessment needs it.
package struct CoveringSite: Hashable, Sendable {
  package let host: Host
  /// Nil for an implicit site.
  package let operatorKind: OperatorKind?
  package let ceiling: Ceiling

  package init(host: Host, operatorKind: OperatorKind?, ceiling: Ceiling) {
    self.host = host
    self.operatorKind = operatorKind
    self.ceiling = ceiling
  }
}

/// How a revision differs from the one approved before it.
package enum RevisionChange: String, Hashable, Sendable, CaseIterable {
  /// Nothing was approved before.
  case first
  case unchanged
  /// Everything that differs narrows or is neutral.
  case minor
  case material
}
