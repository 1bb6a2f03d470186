/// Whose turn it is among the keys of one replica.
///
/// The newest key signs that has been published long enough. A function of rows and time only,
/// so that replicas which share a folder of keys agree.
package struct KeyTurn: Hashable, Sendable {
  /// Nil while the only keys there are have not been published long enough.
  package let signer: PublishedKey?
  /// Keys that were replaced and may retire.
  package let spent: [PublishedKey]
  /// When it has to be asked again at the latest; nil: time changes nothing.
  package let changesAt: Timestamp?
  /// Whether a key of the planned algorithm has to be made, since none is left.
  package let lacksKey: Bool
  /// The instant that all this is said of.
  package let at: Timestamp

  /// - Parameter keys: those that the replica has the private half of, in any order.
  package init(of keys: [PublishedKey], as plan: KeyPlan, at now: Timestamp) {
    at = now
    let left = keys.filter { $0.retirement == nil }
    lacksKey = !left.contains { $0.algorithm == plan.algorithm }
    let ordered = left.filter { $0.maySign(at: now) }.sorted { one, other in
      let (isPlanned, isOtherPlanned) =
        (one.algorithm == plan.algorithm, other.algorithm == plan.algorithm)
      if isPlanned != isOtherPlanned { return isOtherPlanned }
      return (one.signsFrom, one.kid) < (other.signsFrom, other.kid)
    }
    signer = ordered.last
    // By then every replica on the same folder has turned to the new one.
    let handedOverAt = signer?.signsFrom.adding(seconds: KeyPlan.lookSecondsMax)
    let replaced = Array(ordered.dropLast())
    let areSpent = handedOverAt.map { $0 <= now } ?? false
    spent = areSpent ? replaced : []
    let announced = left.map(\.signsFrom).filter { now < $0 }.min()
    let handover = replaced.isEmpty || areSpent ? nil : handedOverAt
    changesAt = [announced, handover].compactMap(\.self).min()
  }
}
