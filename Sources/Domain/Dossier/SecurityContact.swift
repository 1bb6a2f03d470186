/// What a security.txt (RFC 9116) says: whom to tell, until when it holds.
package struct SecurityContact: Hashable, Sendable {
  /// URIs, in order of preference.
  package let contacts: [String]
  /// As written.
  package let expires: String?

  /// How many contacts are told, and how long one may be.
  static let contactsMax = 10
  static let contactBytesMax = 500

  /// Nil for a text without a contact, which is none.
  package init?(_ bytes: [UInt8]) {
    var contacts: [String] = []
    var expires: String?
    for line in bytes.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) {
      guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
      let name = String(decoding: line[..<colon].map(\.asciiLowercased), as: UTF8.self)
      let rest = line[(colon + 1)...].drop { $0 <= 0x20 }
      let value = String(decoding: rest.prefix(SecurityContact.contactBytesMax), as: UTF8.self)
      switch name {
      case "contact" where contacts.count < SecurityContact.contactsMax: contacts.append(value)
      case "expires" where expires == nil: expires = value
      default: break
      }
    }
    guard !contacts.isEmpty else { return nil }
    (self.contacts, self.expires) = (contacts, expires)
  }
}

/// What a tdmrep.json reserves: text and data mining of which paths (TDM Reservation Protocol).
package struct MiningReservation: Hashable, Sendable {
  /// Patterns in the syntax of robots.txt.
  package let location: String
  package let isReserved: Bool
  package let policyURL: String?

  /// How many entries are told.
  static let entriesMax = 100

  /// Nil for bytes that are no such document.
  package static func read(_ bytes: [UInt8]) -> [MiningReservation]? {
    do throws(JSONParseError) {
      guard case .array(let entries) = try JSONParser.parse(bytes) else { return nil }
      return entries.prefix(entriesMax).compactMap { entry in
        guard case .object(let members) = entry, case .string(let location)? = members["location"],
          case .number(let reserved)? = members["tdm-reservation"]
        else { return nil }
        var policy: String?
        if case .string(let url)? = members["tdm-policy"] { policy = url }
        return MiningReservation(
          location: location, isReserved: reserved.int64 == 1, policyURL: policy)
      }
    } catch {
      return nil
    }
  }
}
