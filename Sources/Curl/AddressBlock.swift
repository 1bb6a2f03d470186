/// A prefix of addresses, such as `10.0.0.0/8`.
struct AddressBlock: Sendable {
  let prefix: IPAddress
  let bits: Int

  /// Precondition: an address, a slash and a length.
  init(_ text: String) {
    let parts = text.split(separator: "/")
    guard parts.count == 2, let prefix = IPAddress(String(parts[0])), let bits = Int(parts[1])
    else { preconditionFailure("not a block of addresses: \(text)") }
    self.prefix = prefix
    self.bits = bits
  }

  func contains(_ address: IPAddress) -> Bool { address.begins(with: prefix, bits: bits) }
}

extension IPAddress {
  /// Whether the address is somebody's on the public internet: what the IANA registries of
  /// special-purpose addresses (RFC 6890) set aside is not, nor is what leads to it.
  ///
  /// An IPv4 address inside an IPv6 one decides where the machine or its network would translate
  /// (mapped addresses, NAT64 of RFC 6052); tunnels (6to4, Teredo) are refused altogether.
  var isPublic: Bool {
    if let embedded { return embedded.isPublic }
    if bytes.count == 4 { return !AddressBlock.special4.contains { $0.contains(self) } }
    return AddressBlock.global6.contains(self)
      && !AddressBlock.special6.contains { $0.contains(self) }
  }

  private var embedded: IPAddress? {
    guard AddressBlock.translated6.contains(where: { $0.contains(self) }) else { return nil }
    return IPAddress(bytes: Array(bytes.suffix(4)))
  }
}

extension AddressBlock {
  fileprivate static let special4 = [
    "0.0.0.0/8",  // this network
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private (RFC 1918)
    "100.64.0.0/10",  // shared by a provider's customers (RFC 6598)
    "127.0.0.0/8",  // loopback
    "169.254.0.0/16",  // link-local, and the metadata of clouds
    "192.0.0.0/24",  // protocol assignments
    "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // documentation
    "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24",  // AS112, AMT
    "192.88.99.0/24",  // 6to4 relays
    "198.18.0.0/15",  // benchmarks
    "224.0.0.0/4",  // multicast
    "240.0.0.0/4",  // reserved, and broadcast
  ].map { AddressBlock($0) }

  /// What has been given out as global unicast: everything else, such as `::`, `::1`, `::/96`,
  /// `fc00::/7`, `fe80::/10`, `fec0::/10` and `ff00::/8`, is nobody's.
  fileprivate static let global6 = AddressBlock("2000::/3")

  fileprivate static let special6 = [
    "2001::/23",  // protocol assignments: Teredo, benchmarks, ORCHID, AMT
    "2001:db8::/32", "3fff::/20",  // documentation
    "2002::/16",  // 6to4
    "2620:4f:8000::/48",  // AS112
  ].map { AddressBlock($0) }

  fileprivate static let translated6 = [
    "::ffff:0:0/96",  // IPv4-mapped
    "64:ff9b::/96",  // NAT64
  ].map { AddressBlock($0) }
}
