import Curl
import Jobs
import Logging
import Metrics
import Postgres
import Reactor
import Synchronization
import Workflow

/// What runs by itself in this replica, on one of its loops.
final class RunningJobs: Sendable {
  /// How long what has begun may go on after a stop.
  private static let graceMilliseconds = 10_000

  private let crew: JobCrew
  private let runner: JobRunner
  private let loop: EventLoop
  private let task: Task<Void, Never>

  /// - Parameter databaseURL: for the connection whose session may lead.
  init(
    service: Service, fetcher: GuardedFetcher, databaseURL: String, termsKeptSeconds: Int,
    loop: EventLoop, logger: Logger
  ) throws {
    // The pools say when the database is away: once is enough.
    let quiet = Logger(label: "leader") { _ in SwiftLogNoOpLogHandler() }
    let leadership = Leadership(
      database: try Database(
        Leadership.configuration(url: databaseURL), loops: [loop], logger: quiet))
    runner = JobRunner(
      service: service,
      handlers: [
        WebhookDelivery(
          service: service, userAgent: "countersign/\(VersionCommand.version)",
          send: { await fetcher.journey($0, redirectsMax: 0).outcome }),
        RoundReassessment(),
      ],
      chores: [
        LapseChore(), CatchUpGrantsChore(), ReassessRoundsChore(), ReassessGrantsChore(),
        RemindChore(), WatchIncidentsChore(), SettleLeasesChore(),
        PruneTermsChore(keptSeconds: Int64(termsKeptSeconds)), ForgetUploadsChore(),
        ForgetJobsChore(), ForgetRefusalsChore(),
      ], logger: logger)
    let crew = JobCrew(
      runner: runner, leadership: leadership, logger: logger,
      pause: { await loop.sleep(until: .now().advanced(byMilliseconds: $0)) })
    self.crew = crew
    self.loop = loop
    task = loop.spawn { await crew.run() }
  }

  /// Finishes what has begun, then lets another replica lead.
  func stop() async {
    crew.stop()
    let (task, loop) = (task, loop)
    let limit = loop.spawn {
      await loop.sleep(until: .now().advanced(byMilliseconds: Self.graceMilliseconds))
      task.cancel()
    }
    await task.value
    limit.cancel()
    await limit.value
    await crew.leadership.resign()
  }

  var families: [MetricFamily] { runner.meter.families(leads: crew.leadership.isHeld) }
}

/// The numbers of jobs, for a page that is made before the jobs begin.
final class JobNumbers: Sendable {
  private let source = Mutex<RunningJobs?>(nil)

  func come(from jobs: RunningJobs) { source.withLock { $0 = jobs } }

  @Sendable func families() -> [MetricFamily] { source.withLock { $0 }?.families ?? [] }
}
