import Glibc
import Synchronization

/// Many kept-alive connections on one thread, which asks nobody more often than the others:
/// each has one request on its way at most.
final class Crowd: Sendable {
  private let members = Mutex(Members())

  /// Connects to `http://127.0.0.1:port`, one after another, each asking once.
  static func of(_ count: Int, to baseURL: String, asking path: String) async throws -> Crowd {
    let crowd = Crowd()
    try await offPool {
      try crowd.members.withLock { try $0.connect(count, to: baseURL, asking: path) }
    }
    return crowd
  }

  /// Every connection gets that many answers of status 200; told to come back it asks again.
  /// Gives how many each had when the first had all of its own, the fewest first.
  @discardableResult
  func ask(_ path: String, times: Int, secret: String? = nil) async throws -> [Int] {
    try await offPool { [self] in
      try members.withLock { try $0.ask(path, times: times, secret: secret) }
    }
  }

  /// Which connections the server has closed.
  func closed() throws -> [Bool] { try members.withLock { try $0.closed() } }

  func hangUp() { members.withLock { $0 = Members() } }
}

/// The connections of a crowd.
private struct Members: ~Copyable {
  private struct Member {
    let descriptor: Int32
    var received: [UInt8] = []
    var answers = 0
    var isAsking = false
  }

  /// How often a crowd may be told to come back: a busy machine may refuse some, not all.
  private static let refusalsMax = 1_000
  private var refusals = 0

  private var members: [Member] = []
  private static let waitMilliseconds: Int32 = 60_000

  mutating func connect(_ count: Int, to baseURL: String, asking path: String) throws {
    try Members.raiseDescriptorLimit(for: count)
    for _ in 0..<count {
      members.append(Member(descriptor: try RawConnection.connected(to: baseURL)))
      try ask(path, times: 1, among: [members.count - 1])
    }
  }

  deinit {
    for member in members { close(member.descriptor) }
  }

  mutating func ask(_ path: String, times: Int, secret: String?) throws -> [Int] {
    try ask(path, times: times, secret: secret, among: Array(members.indices))
  }

  func closed() throws -> [Bool] {
    try members.map { member in
      var state = pollfd(fd: member.descriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&state, 1, 0) >= 0 else { throw Members.failure("poll") }
      return state.revents != 0
    }
  }

  @discardableResult
  private mutating func ask(
    _ path: String, times: Int, secret: String? = nil, among asking: [Int]
  ) throws -> [Int] {
    let authorization = secret.map { "Authorization: Bearer \($0)\r\n" } ?? ""
    let request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\n\(authorization)\r\n".utf8)
    for index in asking {
      members[index].answers = 0
      try send(request, on: index)
    }
    var spread: [Int]?
    while asking.contains(where: { members[$0].isAsking }) {
      let waiting = asking.filter { members[$0].isAsking }
      var states = waiting.map {
        pollfd(fd: members[$0].descriptor, events: Int16(POLLIN), revents: 0)
      }
      guard poll(&states, nfds_t(states.count), Members.waitMilliseconds) > 0 else {
        throw Members.failure("no answer to \(waiting.count) requests")
      }
      for (state, index) in zip(states, waiting) where state.revents != 0 {
        guard try receive(on: index) else { continue }
        if members[index].answers < times {
          try send(request, on: index)
        } else if spread == nil {
          spread = asking.map { members[$0].answers }.sorted()
        }
      }
    }
    return spread ?? []
  }

  private mutating func send(_ request: [UInt8], on index: Int) throws {
    let count = Glibc.send(
      members[index].descriptor, request, request.count, Int32(MSG_NOSIGNAL))
    guard count == request.count else { throw Members.failure("connection \(index) sends") }
    members[index].isAsking = true
  }

  /// Whether an answer is complete now.
  private mutating func receive(on index: Int) throws -> Bool {
    var buffer = [UInt8](repeating: 0, count: 16_384)
    let count = recv(members[index].descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Members.failure("connection \(index) ends") }
    members[index].received += buffer[..<count]
    guard let end = Members.end(of: members[index].received) else { return false }
    if members[index].received.starts(with: "HTTP/1.1 200 ".utf8) {
      members[index].answers += 1
    } else if refusals < Members.refusalsMax,
      members[index].received.starts(with: "HTTP/1.1 503 ".utf8)
    {
      refusals += 1
    } else {
      throw RawConnection.Failure(
        description: String(decoding: members[index].received, as: UTF8.self))
    }
    members[index].received.removeFirst(end)
    members[index].isAsking = false
    return true
  }

  /// Where the first answer ends; nil while it is not whole.
  private static func end(of bytes: [UInt8]) -> Int? {
    guard let head = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
    let name = Array("Content-Length: ".utf8)
    guard let field = bytes[..<head.lowerBound].firstRange(of: name) else { return nil }
    let digits = bytes[field.upperBound...].prefix { $0 != 0x0D }
    guard let length = Int(String(decoding: digits, as: UTF8.self)) else { return nil }
    let end = head.upperBound + length
    return bytes.count >= end ? end : nil
  }

  /// What the connections of this process need beside everything else it has open.
  private static func raiseDescriptorLimit(for count: Int) throws {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { throw failure("getrlimit") }
    limit.rlim_cur = limit.rlim_max
    guard setrlimit(resource, &limit) == 0, limit.rlim_max > rlim_t(count + 512) else {
      throw failure("\(limit.rlim_max) descriptors are too few")
    }
  }

  private static func failure(_ words: String) -> RawConnection.Failure {
    RawConnection.Failure(description: "\(words): errno \(errno)")
  }
}
