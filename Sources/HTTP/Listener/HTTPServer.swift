package import Reactor

/// An HTTP/1.1 server on the loops it is given.
package final class HTTPServer: Sendable {
  private let router: Router
  private let limits: HTTPLimits
  private let accessLog: AccessLog.Sink?
  private let traffic: HTTPTraffic
  private let siblings = Siblings()

  /// Makes a server that does not listen yet. `accessLog` is called on the loops, also on
  /// several at once, with whole lines: it must not block.
  package init(
    router: Router, limits: HTTPLimits = .standard, traffic: HTTPTraffic = HTTPTraffic(),
    accessLog: AccessLog.Sink? = nil
  ) {
    self.router = router
    self.limits = limits
    self.traffic = traffic
    self.accessLog = accessLog
  }

  /// Connections open now, over all loops.
  package var connectionCount: Int { siblings.connectionCount }

  /// Listens on every address in every loop; gives the addresses with the ports that were
  /// bound, in the same order. Nothing listens when it throws. Once only.
  package func start(
    on loops: [EventLoop], addresses: [SocketAddress]
  ) async throws(SystemError) -> [SocketAddress] {
    var sockets: [ListeningSocket] = []
    for address in addresses {
      sockets.append(try ListeningSocket(on: address, backlog: limits.backlog))
    }
    for loop in loops {
      switch await listen(on: sockets, loop: loop) {
      case .success(let member):
        siblings.add(member)
        traffic.add(member.listener)
      case .failure(let error):
        await drain(withinSeconds: 0)
        throw error
      }
    }
    return sockets.map(\.address)
  }

  /// Stops accepting, lets every request that has begun finish, announces the close to its
  /// client, and closes what is left after the time given. Returns when none is left.
  package func drain(withinSeconds seconds: Int = 20) async {
    let draining = siblings.removeAll()
    let deadline = MonotonicInstant.now().advanced(bySeconds: seconds)
    await withTaskGroup { group in
      for listener in draining {
        group.addTask {
          await withCheckedContinuation { continuation in
            listener.loop.submit {
              listener.value.drain(until: deadline) { continuation.resume() }
            }
          }
        }
      }
    }
  }

  private func listen(
    on sockets: [ListeningSocket], loop: EventLoop
  ) async -> Result<Siblings.Member, SystemError> {
    let (router, limits, siblings, accessLog) = (router, limits, siblings, accessLog)
    return await withCheckedContinuation { continuation in
      loop.submit {
        let count = ConnectionCount()
        let listener = LoopListener(
          loop: loop, router: router, limits: limits, siblings: siblings, count: count,
          accessLog: accessLog)
        do throws(SystemError) {
          try listener.listen(on: sockets)
          let bound = LoopBound(listener, to: loop)
          continuation.resume(returning: .success(Siblings.Member(listener: bound, count: count)))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }
}
