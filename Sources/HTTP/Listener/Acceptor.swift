import Glibc
import Reactor

/// Takes one loop's share of a listening socket's connections.
final class Acceptor: ReadinessHandler {
  private let socket: ListeningSocket
  private let owner: LoopListener
  private var watch: Watch?
  private var pause: LoopTimer?
  private var isFull = false
  private var isStopped = false
  /// Given up when the process has no descriptor left, to take one connection and close it:
  /// else the queue would stay full and the loop would spin.
  private var spare: Descriptor?

  init(_ socket: ListeningSocket, owner: LoopListener) throws(SystemError) {
    self.socket = socket
    self.owner = owner
    spare = try Socket.spareDescriptor()
  }

  func resume() throws(SystemError) {
    guard watch == nil, !isStopped else { return }
    watch = try owner.loop.watch(
      socket.number, for: .read, trigger: .exclusive, handler: self)
  }

  /// Goes on when the loop had as many connections as it may, none of them idle, and one has
  /// gone.
  func resumeWhenFull() {
    guard isFull, !owner.isFull else { return }
    isFull = false
    resumeOrPause()
  }

  /// Takes what is waiting already and nothing more.
  func stop() {
    if watch != nil { accept() }
    suspend()
    isStopped = true
    if let pause { owner.loop.cancel(pause) }
    pause = nil
  }

  func ready(_ events: Readiness) {
    accept()
  }

  private func accept() {
    for turn in 0..<owner.limits.acceptsPerTurnMax {
      let sibling = owner.lighterSibling
      if sibling == nil, owner.isFull {
        // Whether another one is waiting, the socket's readiness will tell: nothing is closed
        // for nobody.
        guard turn == 0 else { return }
        guard owner.evictLongestIdle() else {
          isFull = true
          return suspendForAWhile()
        }
      }
      do {
        guard let (number, peer) = try Socket.accept(on: socket.number) else { return }
        let descriptor = Descriptor(owning: number)
        if let sibling {
          owner.give(descriptor, from: peer, to: sibling)
        } else {
          try owner.add(descriptor, from: peer)
        }
      } catch {
        switch error.errno {
        case EMFILE, ENFILE, ENOBUFS, ENOMEM:
          // The kernel looks for a descriptor before it looks for a connection.
          guard turn == 0 else { return }
          if owner.evictLongestIdle() { continue }
          dropOne()
          return suspendForAWhile()
        default: continue  // The connection ended before it was taken.
        }
      }
    }
  }

  private func dropOne() {
    spare = nil
    do {
      if let (number, _) = try Socket.accept(on: socket.number) {
        _ = Descriptor(owning: number)
        owner.meter.refused += 1
      }
      spare = try Socket.spareDescriptor()
    } catch {
      // Still none left: the pause gives others the time to close theirs.
      spare = nil
    }
  }

  private func suspend() {
    if let watch { owner.loop.unwatch(watch) }
    watch = nil
  }

  private func suspendForAWhile() {
    suspend()
    guard pause == nil, !isStopped else { return }
    let end = owner.loop.now.advanced(byMilliseconds: owner.limits.acceptPauseMilliseconds)
    pause = owner.loop.setTimer(at: end) { [self] in
      pause = nil
      resumeOrPause()
    }
  }

  private func resumeOrPause() {
    do {
      try resume()
    } catch {
      suspendForAWhile()
    }
  }
}
