import Foundation
import Reactor
import Synchronization

/// Turns host names into addresses in threads of its own, because the system's resolver blocks.
package final class NameResolver: Sendable {
  /// What the system's resolver answers of one name; blocks.
  typealias LookUp = @Sendable (_ host: String) -> Result<[IPAddress], FetchError>

  /// How many names are looked up at once: a resolver that hangs holds no more threads.
  static let threadsMax = 16

  /// The one of this machine: every fetcher of a process shares its threads.
  package static let system = NameResolver(lookUp: askSystem)

  private let lookUp: LookUp
  private let threads = Mutex(0)

  init(lookUp: @escaping LookUp) {
    self.lookUp = lookUp
  }

  /// Every address of a name or of a literal in any spelling that the system reads; at least one.
  func addresses(
    of host: String, until deadline: MonotonicInstant, on loop: EventLoop
  ) async throws(FetchError) -> [IPAddress] {
    guard take() else { throw .unresolved("too many names are being looked up") }
    let waiter = Waiter(loop: loop)
    let outcome = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        waiter.onLoop { $0.begin(until: deadline, continuation) }
        start(host, for: waiter)
      }
    } onCancel: {
      waiter.onLoop { $0.finish(.failure(.cancelled)) }
    }
    return try outcome.get()
  }

  private func take() -> Bool {
    threads.withLock { count in
      guard count < NameResolver.threadsMax else { return false }
      count += 1
      return true
    }
  }

  private func start(_ host: String, for waiter: Waiter) {
    let thread = Thread { [self] in
      let outcome = lookUp(host)
      threads.withLock { $0 -= 1 }
      waiter.onLoop { $0.finish(outcome) }
    }
    thread.name = "resolver"
    thread.start()
  }

  /// One waiting task: the answer, the deadline and a cancellation race for it.
  ///
  /// `@unchecked Sendable`: its variables are touched only on the loop's thread.
  private final class Waiter: @unchecked Sendable {
    typealias Outcome = Result<[IPAddress], FetchError>

    private let loop: EventLoop
    private var outcome: Outcome?
    private var timer: LoopTimer?
    private var continuation: UnsafeContinuation<Outcome, Never>?

    init(loop: EventLoop) {
      self.loop = loop
    }

    func onLoop(_ body: @escaping @Sendable (Waiter) -> Void) {
      if loop.isCurrent { return body(self) }
      loop.submit { body(self) }
    }

    func begin(
      until deadline: MonotonicInstant, _ continuation: UnsafeContinuation<Outcome, Never>
    ) {
      if let outcome { return continuation.resume(returning: outcome) }
      self.continuation = continuation
      timer = loop.setTimer(at: deadline) {
        self.finish(.failure(.unresolved("the name was not resolved in time")))
      }
    }

    func finish(_ outcome: Outcome) {
      guard self.outcome == nil else { return }
      self.outcome = outcome
      if let timer { loop.cancel(timer) }
      timer = nil
      continuation?.resume(returning: outcome)
      continuation = nil
    }
  }

  private static let askSystem: LookUp = { host in
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = getaddrinfo(host, nil, &hints, &list)
    guard code == 0 else {
      return .failure(.unresolved("\(host): \(String(cString: gai_strerror(code)))"))
    }
    defer { freeaddrinfo(list) }
    var addresses: [IPAddress] = []
    var next = list
    while let entry = next {
      if let address = entry.pointee.ai_addr.flatMap({ IPAddress($0) }),
        !addresses.contains(address)
      {
        addresses.append(address)
      }
      next = entry.pointee.ai_next
    }
    return addresses.isEmpty
      ? .failure(.unresolved("\(host) has no address")) : .success(addresses)
  }
}
