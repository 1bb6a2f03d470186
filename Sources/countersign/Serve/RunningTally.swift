import Reactor
import Workflow

/// Writes down refused lease calls from time to time, on one of the loops.
final class RunningTally: Sendable {
  private let service: Service
  private let loop: EventLoop
  private let task: Task<Void, Never>

  init(service: Service, loop: EventLoop) {
    self.service = service
    self.loop = loop
    task = loop.spawn {
      while !Task.isCancelled {
        await loop.sleep(
          until: .now().advanced(byMilliseconds: RefusalTally.writeMilliseconds))
        if !Task.isCancelled { await service.writeRefusals() }
      }
    }
  }

  /// Once nobody calls any more: writes what is left.
  func end() async {
    task.cancel()
    await task.value
    let service = service
    await loop.spawn { await service.writeRefusals() }.value
  }
}
