import Glibc
import Testing

import Reactor

@Suite("Signal watch")
struct SignalWatchTests {
  @Test("a blocked signal arrives on the loop")
  func arrives() async throws {
    try await withLoops { loops in
      let loop = loops[0]
      let received = try await withCheckedThrowingContinuation {
        (continuation: CheckedContinuation<Int32, any Error>) in
        loop.submit {
          do {
            // Sent to this thread alone, so that no other thread of the test run has to block it.
            try SignalWatch.block([SIGUSR1])
            var watch: SignalWatch?
            watch = try SignalWatch(loop: loop, signals: [SIGUSR1]) { signal in
              watch?.cancel()
              watch = nil
              continuation.resume(returning: signal)
            }
            pthread_kill(pthread_self(), SIGUSR1)
          } catch {
            continuation.resume(throwing: error)
          }
        }
      }
      #expect(received == SIGUSR1)
    }
  }
}
