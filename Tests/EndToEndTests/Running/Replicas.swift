import Synchronization

/// How many processes serve the database: what can race is tested on one of them, and again
/// across two.
enum Replicas: String, CaseIterable, Sendable {
  case one, two

  /// Where the processes of a stage listen; asked anew for each call, since a restart moves them.
  func baseURLs(beside dev: RunningDev) async throws -> @Sendable () -> [String] {
    switch self {
    case .one: return { [dev.credentials.baseURL] }
    case .two:
      let pair = try await RunningServe.pair.value
      return { pair.map(\.baseURL) }
    }
  }
}

/// The processes of one service, called in turn: what follows a call goes to another one.
final class Rotation: Sendable {
  private let all: @Sendable () -> [String]
  private let calls = Atomic<Int>(0)
  /// Whether callers that are told that it is too much just now come again: a machine on which
  /// hundreds of tests run is busy, and most are not about that.
  let isBusyMachine: Bool

  init(isBusyMachine: Bool = false, _ all: @escaping @Sendable () -> [String]) {
    self.isBusyMachine = isBusyMachine
    self.all = all
  }

  var baseURLs: [String] { all() }

  /// Whose turn it is; the next time it is another one's.
  var next: String {
    let urls = baseURLs
    return urls[calls.wrappingAdd(1, ordering: .relaxed).oldValue % urls.count]
  }
}
