/// What an identifier names; its prefix stands in the text.
package protocol IdentifierKind: Sendable {
  static var prefix: String { get }
}

/// A TypeID: `<prefix>_` and 26 characters of Crockford base32 over a UUIDv7 (RFC 9562 §5.7).
package struct Identifier<Kind: IdentifierKind>: Hashable, Comparable, Sendable,
  CustomStringConvertible
{
  package let text: String

  package var description: String { text }

  package static func < (left: Identifier, right: Identifier) -> Bool { left.text < right.text }

  /// A new identifier that sorts after those of earlier milliseconds.
  package static func make(at now: Timestamp) -> Identifier {
    var generator = SystemRandomNumberGenerator()
    let milliseconds = UInt64(now.milliseconds) & 0xFFFF_FFFF_FFFF
    let random = UInt64.random(in: 0...UInt64.max, using: &generator)
    let high = milliseconds << 16 | 0x7000 | (random & 0x0FFF)
    let low =
      UInt64.random(in: 0...UInt64.max, using: &generator) & 0x3FFF_FFFF_FFFF_FFFF
      | 0x8000_0000_0000_0000
    return Identifier(trusted: Kind.prefix + "_" + base32(UInt128(high) << 64 | UInt128(low)))
  }

  /// What sorts before every identifier that is made at an instant or later.
  package static func first(at instant: Timestamp) -> Identifier {
    let milliseconds = UInt128(max(0, instant.milliseconds)) & 0xFFFF_FFFF_FFFF
    return Identifier(trusted: Kind.prefix + "_" + base32(milliseconds << 80))
  }

  /// Nil unless the text has this kind's prefix and a well-formed suffix.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    let prefix = Array(Kind.prefix.utf8) + [UInt8(ascii: "_")]
    guard bytes.count == prefix.count + 26, bytes.starts(with: prefix),
      bytes[prefix.count] <= UInt8(ascii: "7"),
      bytes[prefix.count...].allSatisfy({ crockfordAlphabet.contains($0) })
    else { return nil }
    self.text = text
  }

  private init(trusted text: String) {
    self.text = text
  }
}

private let crockfordAlphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

private func base32(_ value: UInt128) -> String {
  let characters = (0..<26).map { index in
    crockfordAlphabet[Int(truncatingIfNeeded: (value >> (5 * (25 - UInt128(index)))) & 31)]
  }
  return String(decoding: characters, as: UTF8.self)
}

package enum PersonKind: IdentifierKind { package static let prefix = "pers" }
package enum ProposalKind: IdentifierKind { package static let prefix = "prop" }
package enum RevisionKind: IdentifierKind { package static let prefix = "rev" }
package enum RoundKind: IdentifierKind { package static let prefix = "round" }
package enum DecisionKind: IdentifierKind { package static let prefix = "dec" }
package enum CounterKind: IdentifierKind { package static let prefix = "counter" }
package enum GrantKind: IdentifierKind { package static let prefix = "grant" }
package enum BudgetKind: IdentifierKind { package static let prefix = "bud" }
package enum SiteKind: IdentifierKind { package static let prefix = "site" }
package enum PoolKind: IdentifierKind { package static let prefix = "pool" }
package enum KeyKind: IdentifierKind { package static let prefix = "key" }
package enum GatewayKind: IdentifierKind { package static let prefix = "gate" }
package enum WorkerKind: IdentifierKind { package static let prefix = "worker" }
package enum LeaseKind: IdentifierKind { package static let prefix = "lease" }
package enum LockKind: IdentifierKind { package static let prefix = "lock" }
package enum IncidentKind: IdentifierKind { package static let prefix = "inc" }
package enum EventKind: IdentifierKind { package static let prefix = "evt" }
package enum FileKind: IdentifierKind { package static let prefix = "file" }
package enum NoteKind: IdentifierKind { package static let prefix = "note" }
package enum WebhookKind: IdentifierKind { package static let prefix = "hook" }
package enum TokenKind: IdentifierKind { package static let prefix = "tok" }

package typealias PersonID = Identifier<PersonKind>
package typealias ProposalID = Identifier<ProposalKind>
package typealias RevisionID = Identifier<RevisionKind>
package typealias RoundID = Identifier<RoundKind>
package typealias DecisionID = Identifier<DecisionKind>
package typealias CounterID = Identifier<CounterKind>
package typealias GrantID = Identifier<GrantKind>
package typealias BudgetID = Identifier<BudgetKind>
package typealias SiteID = Identifier<SiteKind>
package typealias PoolID = Identifier<PoolKind>
package typealias KeyID = Identifier<KeyKind>
package typealias GatewayID = Identifier<GatewayKind>
package typealias WorkerID = Identifier<WorkerKind>
package typealias LeaseID = Identifier<LeaseKind>
package typealias LockID = Identifier<LockKind>
package typealias IncidentID = Identifier<IncidentKind>
package typealias EventID = Identifier<EventKind>
package typealias FileID = Identifier<FileKind>
package typealias NoteID = Identifier<NoteKind>
package typealias WebhookID = Identifier<WebhookKind>
package typealias TokenID = Identifier<TokenKind>
