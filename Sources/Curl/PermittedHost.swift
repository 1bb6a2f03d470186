/// A host that may be fetched from whatever its address: `intranet.example`, or with one port
/// only `intranet.example:8080`, `[fd00::1]:8080`. The name is that of the URL, not one that it
/// leads to. `intranet.example=10.0.0.5:8080` says besides where it is, in plain http.
package struct PermittedHost: Hashable, Sendable, CustomStringConvertible {
  let host: String
  /// Nil: any port.
  let port: UInt16?
  /// Nil: where the name resolves to.
  let place: Place?

  /// Where a host is, without asking a resolver.
  struct Place: Hashable, Sendable {
    let address: IPAddress
    let port: UInt16
  }

  /// Nil for text that is no host, or has more than a host, a port and a place.
  package init?(_ written: String) {
    let parts = written.split(
      separator: "=", maxSplits: 1, omittingEmptySubsequences: false
    ).map(String.init)
    let text = parts[0]
    if parts.count == 2 {
      guard let place = PermittedHost(parts[1]), let port = place.port, place.place == nil,
        let address = IPAddress(place.host)
      else { return nil }
      self.place = Place(address: address, port: port)
    } else {
      place = nil
    }
    let isBracketed = text.hasPrefix("[")
    let end = isBracketed ? text.lastIndex(of: "]").map { text.index(after: $0) } : nil
    let colon = isBracketed ? end : text.firstIndex(of: ":") ?? text.endIndex
    guard let colon, text.utf8.allSatisfy(PermittedHost.isPlain) else { return nil }
    let rest = text[colon...]
    let digits = rest.dropFirst()
    guard rest.isEmpty || rest.first == ":",
      digits.utf8.count <= 5, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) })
    else { return nil }
    let port = rest.isEmpty ? nil : UInt16(digits)
    guard rest.isEmpty || port != nil else { return nil }
    do throws(FetchError) {
      host = try FetchURL("http://\(text[..<colon])/").host
      self.port = port
    } catch {
      return nil
    }
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5B, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x5D, 0x5F: true
    default: false
    }
  }

  package var description: String {
    let name = host.contains(":") ? "[\(host)]" : host
    let text = port.map { "\(name):\($0)" } ?? name
    return place.map { "\(text)=\($0.address.urlText):\($0.port)" } ?? text
  }

  func covers(_ url: FetchURL) -> Bool { host == url.host && (port ?? url.port) == url.port }
}
