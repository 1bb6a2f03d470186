import Domain
import Store

/// The newest epoch events as far as this replica has read them.
struct FeedMemory: Sendable {
  /// How many are remembered.
  static let eventsMax = 1_000

  /// The number of the last event read; nil before the first look.
  private(set) var known: Int64?
  /// Up to the last one, in order and without gaps.
  private var recent: [EpochEvent] = []

  /// The events after a number; nil where not all of them are remembered.
  func events(after epoch: Int64) -> [EpochEvent]? {
    guard let known else { return nil }
    guard epoch < known else { return [] }
    let count = known - epoch
    return count <= recent.count ? Array(recent.suffix(Int(count))) : nil
  }

  /// Takes in what was read after the last number known.
  mutating func learn(_ page: EpochStore.Page) {
    guard let known, page.current >= known else {
      // The first look; or the database is one that knows less, restored from a backup.
      self.known = page.current
      recent = []
      return
    }
    let new = page.events.filter { $0.epoch > known }
    recent.append(contentsOf: new)
    recent.removeFirst(max(0, recent.count - FeedMemory.eventsMax))
    self.known = new.last?.epoch ?? known
  }
}
