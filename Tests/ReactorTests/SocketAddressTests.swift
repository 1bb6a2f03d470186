import Testing

import Reactor

@Suite("Socket address")
struct SocketAddressTests {
  @Test(
    "an address is read and printed alike",
    arguments: ["127.0.0.1:8080", "0.0.0.0:0", "[::1]:8080", "[::]:65535", "10.1.2.3:1"])
  func readable(text: String) throws {
    let address = try #require(SocketAddress(text))
    #expect(address.description == text)
  }

  @Test(
    "what is not a numeric address with a port is refused",
    arguments: [
      "", ":", "127.0.0.1", "127.0.0.1:", ":8080", "127.0.0.1:65536", "127.0.0.1:+1",
      "127.0.0.1:-0", "127.0.0.1:080800", "127.0.0.1:8a", "::1:8080", "[127.0.0.1]:80",
      "[::1]", "[::1]:", "[::1:80", "localhost:80", "127.1:80", "256.0.0.1:80", "[]:80",
    ])
  func unreadable(text: String) {
    #expect(SocketAddress(text) == nil)
  }

  @Test("a port that is taken is named as such")
  func taken() throws {
    let any = try #require(SocketAddress("127.0.0.1:0"))
    let first = try Socket.listen(on: any, backlog: 1)
    let bound = try Socket.localAddress(of: first.rawValue)
    #expect(bound.port != 0)
    let error = #expect(throws: SystemError.self) {
      _ = try Socket.listen(on: bound, backlog: 1)
    }
    #expect(error?.isAddressInUse == true)
    #expect(error?.description == "listen: Address already in use")
  }
}
