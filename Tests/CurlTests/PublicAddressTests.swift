import Testing

@testable import Curl

@Suite("Public addresses")
struct PublicAddressTests {
  /// Addresses that are somebody's, and the last or first ones beside each refused block.
  static let open = [
    "1.1.1.1", "8.8.8.8", "9.255.255.255", "11.0.0.0", "93.184.216.34", "100.63.255.255",
    "100.128.0.0", "126.255.255.255", "128.0.0.0", "169.253.255.255", "169.255.0.0",
    "172.15.255.255", "172.32.0.0", "191.255.255.255", "192.0.1.0", "192.0.3.0", "192.31.195.255",
    "192.31.197.0", "192.52.192.255", "192.52.194.0", "192.88.98.255", "192.88.100.0",
    "192.167.255.255", "192.169.0.0", "192.175.47.255", "192.175.49.0", "198.17.255.255",
    "198.20.0.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
    "223.255.255.255", "2000::", "2001:200::1", "2001:4860:4860::8888", "2001:db7:ffff::",
    "2001:db9::", "2003::", "2606:4700::1111", "2620:4f:7fff::", "2620:4f:8001::",
    "2a00:1450:4001:80b::200e", "3ffe:ffff::", "3fff:1000::", "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
  ]

  static let closed = [
    "0.0.0.0", "0.255.255.255", "10.0.0.0", "10.255.255.255", "100.64.0.0", "100.127.255.255",
    "127.0.0.0", "127.0.0.1", "127.255.255.255", "169.254.0.0", "169.254.169.254",
    "169.254.255.255", "172.16.0.0", "172.31.255.255", "192.0.0.0", "192.0.0.170", "192.0.0.255",
    "192.0.2.0", "192.0.2.255", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.168.0.0",
    "192.168.255.255", "192.175.48.1", "198.18.0.0", "198.19.255.255", "198.51.100.0",
    "198.51.100.255", "203.0.113.0", "203.0.113.255", "224.0.0.0", "239.255.255.255", "240.0.0.0",
    "255.255.255.255",
    "::", "::1", "::2", "::127.0.0.1", "::8.8.8.8", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "::ffff:0:8.8.8.8", "64:ff9b::10.0.0.1", "64:ff9b::127.0.0.1",
    "64:ff9b:1::8.8.8.8", "100::1", "1fff:ffff::", "2001::1", "2001::808:808", "2001:2::1",
    "2001:10::1", "2001:20::1", "2001:1ff:ffff::", "2001:db8::", "2001:db8:ffff:ffff::1",
    "2002::1", "2002:808:808::1", "2620:4f:8000::1", "3fff::1", "3fff:fff:ffff::", "4000::",
    "5f00::1", "fc00::1", "fd00::1", "fdff:ffff::1", "fe80::1", "febf::1", "fec0::1", "feff::1",
    "ff02::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
  ]

  @Test("an address on the public internet is one", arguments: open)
  func opens(text: String) throws {
    #expect(try #require(IPAddress(text)).isPublic)
  }

  @Test("what the registries set aside is refused, and what leads there", arguments: closed)
  func closes(text: String) throws {
    #expect(try !#require(IPAddress(text)).isPublic)
  }

  @Test("an address is printed as it is compared")
  func prints() throws {
    #expect(try #require(IPAddress("2001:0db8:0:0::1")).description == "2001:db8::1")
    #expect(try #require(IPAddress("::1")).urlText == "[::1]")
    #expect(try #require(IPAddress("127.0.0.1")).urlText == "127.0.0.1")
    #expect(IPAddress("127.1") == nil)
    #expect(IPAddress("fe80::1%lo") == nil)
    #expect(IPAddress(bytes: [1, 2, 3]) == nil)
  }
}
