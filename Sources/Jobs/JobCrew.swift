package import Logging
import Synchronization

/// What runs by itself in one replica: a candidate for the lead and, while it leads, the chores
/// and a few hands for the jobs.
package final class JobCrew: Sendable {
  /// How long each hand rests when nothing is due. The first one looks often; the others are
  /// there for when something takes long.
  static let restMilliseconds = [500, 2_000, 2_000, 2_000]
  /// How long chores rest.
  static let choreRestMilliseconds = 1_000
  /// How long is waited after an error that nobody expected.
  static let errorRestMilliseconds = 5_000

  package let leadership: Leadership
  private let runner: JobRunner
  private let logger: Logger
  private let pause: @Sendable (_ milliseconds: Int) async -> Void
  private let isStopping = Atomic<Bool>(false)

  /// - Parameter pause: waits on the loop; ends early when its task is cancelled.
  package init(
    runner: JobRunner, leadership: Leadership, logger: Logger,
    pause: @escaping @Sendable (_ milliseconds: Int) async -> Void
  ) {
    self.runner = runner
    self.leadership = leadership
    self.logger = logger
    self.pause = pause
  }

  /// Works until `stop`, then finishes what it has begun.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        await self.repeating(restMilliseconds: Leadership.askMilliseconds) {
          await self.leadership.ask()
          return 0
        }
      }
      group.addTask {
        await self.repeating(restMilliseconds: Self.choreRestMilliseconds) {
          self.leadership.isHeld ? try await self.runner.sweep() : 0
        }
      }
      for rest in Self.restMilliseconds {
        group.addTask {
          await self.repeating(restMilliseconds: rest) {
            self.leadership.isHeld ? try await self.runner.work() : 0
          }
        }
      }
    }
  }

  /// Takes on nothing more.
  package func stop() {
    isStopping.store(true, ordering: .relaxed)
  }

  private var goesOn: Bool { !isStopping.load(ordering: .relaxed) && !Task.isCancelled }

  /// Rests whenever a turn has found nothing to do.
  private func repeating(
    restMilliseconds: Int, _ turn: @Sendable () async throws -> Int
  ) async {
    while goesOn {
      do {
        if try await turn() == 0 { await rest(restMilliseconds) }
      } catch {
        if !error.isPassing { logger.error("jobs: \(error)") }
        await rest(error.isPassing ? restMilliseconds : Self.errorRestMilliseconds)
      }
    }
  }

  /// In short pieces, so that a stop is noticed.
  private func rest(_ milliseconds: Int) async {
    var left = milliseconds
    while left > 0, goesOn {
      await pause(min(left, 250))
      left -= 250
    }
  }
}
