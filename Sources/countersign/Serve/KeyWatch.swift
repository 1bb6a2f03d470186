import Domain
import Logging
import Reactor
import Tokens
import Workflow

/// What one replica knows of its token keys: those of its folder, looked at again and again, so
/// that a new one takes its turn without a restart.
struct KeyWatch: Sendable {
  let logger: Logger
  private let service: Service
  private let folder: KeyFolder
  private let algorithm: Algorithm
  private var listing: KeyFolder.Listing?
  private var keys: [SigningKey] = []
  private var last: (turn: KeyTurn, readAt: MonotonicInstant)?

  init(service: Service, folder: KeyFolder, algorithm: Algorithm, logger: Logger) {
    self.service = service
    self.folder = folder
    self.algorithm = algorithm
    self.logger = logger
  }

  /// Returns when a key signs: at once, unless the only keys are new ones beside those of other
  /// replicas, which verifiers have to fetch first.
  mutating func begin() async throws {
    var turn = try await look()
    if turn.lacksKey {
      _ = try folder.make(algorithm)
      turn = try await look()
    }
    while turn.signer == nil {
      let wait = turn.changesAt?.microseconds(since: turn.at) ?? 0
      logger.notice(
        "waiting until a new token key has been published long enough",
        metadata: ["until": "\(turn.changesAt?.description ?? "unknown")"])
      try await Task.sleep(for: .microseconds(max(wait, 10_000)))
      turn = try await look()
    }
  }

  /// Looks at the folder, and at the database where the folder has changed, a key's time has
  /// come, or nobody has looked for a while.
  mutating func lookAgain() async throws {
    guard try folder.listing() != listing || isDue else { return }
    let turn = try await look()
    // The last one was ended by hand: go on as soon as a new one has been published long enough.
    if turn.signer == nil, turn.changesAt == nil { _ = try folder.make(algorithm) }
  }

  private var isDue: Bool {
    guard let (turn, readAt) = last else { return true }
    let elapsed = MonotonicInstant.now().microseconds(since: readAt)
    let change = turn.changesAt?.microseconds(since: turn.at) ?? .max
    return elapsed >= min(change, KeyPlan.lookSecondsMax * 500_000)
  }

  private mutating func look() async throws -> KeyTurn {
    let found = try folder.listing()
    if found != listing {
      // A folder that is away for a moment is not one without keys.
      guard !found.isEmpty || keys.isEmpty else {
        throw StartFailure("\(folder.path) has no keys any more; the ones it had go on")
      }
      keys = try folder.load(found)
      listing = found
    }
    let readAt = MonotonicInstant.now()
    let turn = try await service.turnKeys(keys)
    if let last, turn.signer != last.turn.signer {
      logger.notice("another token key signs", metadata: ["kid": "\(turn.signer?.kid ?? "none")"])
    }
    for key in turn.spent {
      logger.notice("a token key has retired", metadata: ["kid": "\(key.kid)"])
    }
    last = (turn, readAt)
    return turn
  }
}
