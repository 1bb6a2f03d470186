/// What one revision changes against another, field by field (lifecycle R3).
package struct ContentDiff: Hashable, Sendable {
  package enum Effect: String, Hashable, Sendable {
    /// Less load, less time, fewer hosts: applies to an active grant at once.
    case narrows
    /// More, or not known to be less.
    case widens
    /// Words that no rule reads.
    case neutral
  }

  package struct Entry: Hashable, Sendable {
    package let pointer: JSONPointer
    /// Nil where the member was not there.
    package let from: JSON?
    package let to: JSON?
    package let effect: Effect
  }

  /// In the order of the pointers' first appearance.
  package let entries: [Entry]

  /// Compares two contents as they stand in their revisions.
  package init(from old: JSON, to new: JSON) {
    var entries: [Entry] = []
    ContentDiff.compare(old, new, at: .root, &entries)
    self.entries = entries
  }

  /// What the policy makes of it.
  package var change: RevisionChange {
    if entries.isEmpty { return .unchanged }
    return entries.contains { $0.effect == .widens } ? .material : .minor
  }

  private static func compare(
    _ old: JSON?, _ new: JSON?, at pointer: JSONPointer, _ entries: inout [Entry]
  ) {
    if let old, let new, old.isSame(as: new) { return }
    if case .object(let left)? = old, case .object(let right)? = new {
      let added = right.members.map(\.name).filter { left[$0] == nil }
      for name in left.members.map(\.name) + added {
        compare(left[name], right[name], at: pointer.appending(name), &entries)
      }
      return
    }
    if pointer.tokens == ["targets"], case .array(let left)? = old,
      case .array(let right)? = new
    {
      for index in 0..<max(left.count, right.count) {
        compare(
          left.indices.contains(index) ? left[index] : nil,
          right.indices.contains(index) ? right[index] : nil,
          at: pointer.appending(index), &entries)
      }
      return
    }
    entries.append(
      Entry(
        pointer: pointer, from: old, to: new, effect: effect(of: old, new, at: pointer)))
  }

  private static func effect(
    of old: JSON?, _ new: JSON?, at pointer: JSONPointer
  ) -> Effect {
    // Every target's members are judged alike.
    let path = pointer.tokens.enumerated().map { index, token in
      index == 1 && pointer.tokens[0] == "targets" ? "*" : token
    }
    switch path.joined(separator: "/") {
    case "title", "identity/contact", "maintainer/phone": return .neutral
    case "ends_on": return order(old, new)
    case "starts_on": return order(new, old)
    case "targets/*": return new == nil ? .narrows : .widens
    case "targets/*/max_rps", "targets/*/burst", "targets/*/max_concurrency",
      "targets/*/max_workers", "targets/*/daily_requests", "targets/*/total_requests",
      "targets/*/authorisation/max_rps", "targets/*/authorisation/expires_on":
      return order(old, new)
    case "targets/*/hosts", "targets/*/path_prefixes", "targets/*/methods", "pools",
      "build_digests", "identity/egress", "answers/sensitive_categories":
      return members(old, new, absent: path == ["build_digests"] ? .everything : .nothing)
    case "targets/*/windows": return hours(old, new)
    default: return .widens
    }
  }

  /// Narrows where the new value is lower. Absent and unlike values widen.
  private static func order(_ old: JSON?, _ new: JSON?) -> Effect {
    switch (old, new) {
    case (.string(let left)?, .string(let right)?): return right < left ? .narrows : .widens
    case (.number(let left)?, .number(let right)?):
      guard let left = Double(left.literal), let right = Double(right.literal) else {
        return .widens
      }
      return right < left ? .narrows : .widens
    default: return .widens
    }
  }

  private enum AbsentList {
    case nothing, everything
  }

  private static func members(
    _ old: JSON?, _ new: JSON?, absent: AbsentList
  ) -> Effect {
    guard case .array(let kept)? = new else { return .widens }
    guard case .array(let had)? = old else { return absent == .everything ? .narrows : .widens }
    return Set(kept).isSubset(of: Set(had)) ? .narrows : .widens
  }

  private static func hours(_ old: JSON?, _ new: JSON?) -> Effect {
    guard let new, let narrower = windowSet(new) else { return .widens }
    guard let old else { return .narrows }
    return windowSet(old).map { narrower.isSubset(of: $0) } ?? false ? .narrows : .widens
  }

  private static func windowSet(_ json: JSON) -> WindowSet? {
    do throws(InvalidBody) {
      return WindowSet(try JSONReader.read(json, as: .array(1...50, of: .window)))
    } catch {
      // Not windows as this version writes them: unknown counts as widening.
      return nil
    }
  }
}

extension JSON {
  /// Equal in canonical form: 0.50 is 0.5.
  fileprivate func isSame(as other: JSON) -> Bool {
    do throws(CanonicalFormError) {
      return try canonicalBytes() == other.canonicalBytes()
    } catch {
      return false
    }
  }
}
