import CLinux
import Glibc
import Synchronization

/// The loops of the process, one thread each; they share nothing.
package final class EventLoopGroup: Sendable {
  /// In the order of their `index`.
  package let loops: [EventLoop]
  private let threads = Mutex<[pthread_t]>([])

  /// Makes the loops without starting them.
  package init(count: Int) throws(SystemError) {
    precondition(count > 0, "a group needs a loop")
    var loops: [EventLoop] = []
    for index in 0..<count { loops.append(try EventLoop(index: index)) }
    self.loops = loops
  }

  /// Starts a thread for each loop. Block the signals to be watched before (`SignalWatch`).
  package func start() {
    let ignored = clinux_sigpipe_ignore()
    precondition(ignored == 0, "SIGPIPE cannot be ignored")
    threads.withLock { threads in
      precondition(threads.isEmpty, "the loops run already")
      threads = loops.map(Self.startThread)
    }
  }

  /// Asks every loop to end and waits until all have. Not from a loop's own thread.
  package func stop() {
    precondition(EventLoop.current == nil, "a loop cannot wait for its own end")
    for loop in loops { loop.stop() }
    let joined = threads.withLock { threads in
      let running = threads
      threads = []
      return running
    }
    for thread in joined { pthread_join(thread, nil) }
  }

  private static func startThread(for loop: EventLoop) -> pthread_t {
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(loop).toOpaque()
    let result = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let loop = Unmanaged<EventLoop>.fromOpaque(argument).takeRetainedValue()
        loop.run()
        return nil
      }, argument)
    precondition(result == 0, "no thread could be started")
    return thread
  }
}
