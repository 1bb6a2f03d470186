/// Why a text is not a host; `description` is shown to the caller.
package enum HostError: Error, Hashable, Sendable, CustomStringConvertible {
  case empty
  case notAHost(found: Character)
  case port
  case nonASCII
  case badPercentEncoding
  case emptyLabel
  case labelTooLong(label: String)
  case nameTooLong
  case badALabel(label: String)
  case badIPv4
  case badIPv6
  case badPattern
  case patternOverSuffix(suffix: String)
  case patternOverAddress

  package var description: String {
    switch self {
    case .empty: "a host name is empty"
    case .notAHost(let found): "a host has no \"\(found)\": leave out scheme, path and user"
    case .port: "a host is written without a port; IPv6 addresses stand in brackets"
    case .nonASCII: "write the A-label (xn--…) of a name outside ASCII"
    case .badPercentEncoding: "the percent-encoding is broken"
    case .emptyLabel: "a label of the name is empty"
    case .labelTooLong(let label): "a label has at most 63 characters: \(label)"
    case .nameTooLong: "a host name has at most 253 characters"
    case .badALabel(let label): "not a valid A-label: \(label)"
    case .badIPv4: "a name that ends in a number must be an IPv4 address"
    case .badIPv6: "not an IPv6 address"
    case .badPattern: "a pattern is *. and a host, with no other asterisk"
    case .patternOverSuffix(let suffix): "a pattern may not cover the public suffix \(suffix)"
    case .patternOverAddress: "a pattern cannot stand before an address"
    }
  }
}
