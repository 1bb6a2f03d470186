import Curl
import Domain
import Logging
import Reactor
import Synchronization
import Workflow

/// Fetches what dossiers need from the hosts of targets, one request at a time per host.
///
/// `lanes` tasks look for what is due, each time they are woken and every few seconds; several
/// replicas share the work through the rows they claim.
final class DossierFetcher: SiteFetcher {
  private static let lanes = 4
  private static let lookSeconds = 5
  private static let busyPollMilliseconds = 50

  private let loop: EventLoop
  private let fetcher: GuardedFetcher
  private let userAgent: String
  private let logger: Logger
  private let busy = Mutex<Set<String>>([])
  private let state = Mutex(Lanes())
  private let outcomes = Mutex<[SiteAnswer.Outcome: Int]>([:])

  /// Tasks that wait are woken by cancelling what they wait in.
  private struct Lanes {
    var isEnding = false
    var running: [Task<Void, Never>] = []
    var waits: [Int: Task<Void, Never>] = [:]
  }

  /// - Parameter home: the URL under which the operator of a site finds out who asks.
  init(
    loop: EventLoop, permitting hosts: [PermittedHost], home: String, version: String,
    logger: Logger
  ) {
    self.loop = loop
    fetcher = GuardedFetcher(loop: loop, permitting: hosts)
    userAgent = "Countersign/\(version) (+\(home))"
    self.logger = logger
  }

  /// Starts to look for what is due.
  func begin(for service: Service) {
    let tasks = (0..<DossierFetcher.lanes).map { lane in
      loop.spawn { await self.run(lane, service) }
    }
    state.withLock { $0.running = tasks }
  }

  /// Stops; what is being fetched is left, and another replica or the next start takes it up.
  func end() async {
    let running = state.withLock { lanes in
      lanes.isEnding = true
      return lanes.running
    }
    for task in running { task.cancel() }
    wake()
    for task in running { await task.value }
  }

  func wake() {
    let waits = state.withLock { lanes in
      let waits = lanes.waits
      lanes.waits = [:]
      return waits
    }
    for wait in waits.values { wait.cancel() }
  }

  func pause(milliseconds: Int) async {
    await loop.sleep(until: .now().advanced(byMilliseconds: milliseconds))
  }

  func origins(of host: Host) -> [String] { fetcher.origins(of: host.text) }

  func fetch(_ request: SiteFetch) async -> SiteAnswer {
    let authority = request.url.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    while !busy.withLock({ $0.insert(authority).inserted }) {
      await pause(milliseconds: DossierFetcher.busyPollMilliseconds)
      if Task.isCancelled { return SiteAnswer(outcome: .unreachable) }
    }
    defer { busy.withLock { _ = $0.remove(authority) } }
    var fetch = FetchRequest(method: request.method.rawValue, url: request.url)
    fetch.fields = [
      FetchField(name: "User-Agent", value: userAgent),
      FetchField(name: "Accept-Encoding", value: "identity"),
    ]
    if let contact = request.contact, contact.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F }) {
      fetch.fields.append(FetchField(name: "From", value: contact))
    }
    fetch.totalMilliseconds = request.totalMilliseconds
    fetch.contentBytesMax = request.contentBytesMax
    fetch.excess = .cut
    let began = MonotonicInstant.now()
    let journey = await fetcher.journey(fetch)
    let elapsed = MonotonicInstant.now().microseconds(since: began) / 1_000
    let answer = SiteAnswer(journey, elapsedMilliseconds: elapsed)
    outcomes.withLock { $0[answer.outcome, default: 0] += 1 }
    return answer
  }

  var counts: [SiteAnswer.Outcome: Int] { outcomes.withLock { $0 } }

  private func run(_ lane: Int, _ service: Service) async {
    while !state.withLock({ $0.isEnding }) {
      do {
        if try await service.fetchDueDossier() { continue }
      } catch {
        logger.warning("dossier: \(error)")
      }
      await waitForWork(lane)
    }
  }

  private func waitForWork(_ lane: Int) async {
    let deadline = MonotonicInstant.now().advanced(bySeconds: DossierFetcher.lookSeconds)
    let wait = loop.spawn { [loop] in await loop.sleep(until: deadline) }
    let isEnding = state.withLock { lanes in
      lanes.waits[lane] = wait
      return lanes.isEnding
    }
    if isEnding { wait.cancel() }
    await wait.value
  }
}

extension SiteAnswer {
  fileprivate init(_ journey: FetchJourney, elapsedMilliseconds: Int64) {
    let hops = journey.hops.map { Hop(url: $0.url, status: $0.status, address: $0.address) }
    switch journey.outcome {
    case .success(let response):
      self.init(
        outcome: .answered, hops: hops,
        fields: response.fields.map { (name: $0.name, value: $0.value) },
        content: response.body, isCut: response.isCut, elapsedMilliseconds: elapsedMilliseconds)
    case .failure(let error):
      self.init(
        outcome: Outcome(error), hops: hops, elapsedMilliseconds: elapsedMilliseconds)
    }
  }
}

extension SiteAnswer.Outcome {
  fileprivate init(_ error: FetchError) {
    self =
      switch error {
      case .unresolved: .unresolved
      case .notPublic: .notPublic
      case .tooManyRedirects: .tooManyRedirects
      case .timedOut: .timedOut
      case .refused: .refused
      case .notConnected, .unreachable, .tooLarge, .cancelled: .unreachable
      }
  }
}
