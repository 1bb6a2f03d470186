/// What is to come, in order of time; of two things at one instant the one that was planned first.
struct Agenda {
  private struct Item {
    let at: Int64
    let number: Int
    let happen: () -> Void

    func isBefore(_ other: Item) -> Bool {
      at == other.at ? number < other.number : at < other.at
    }
  }

  /// A binary heap: the first item is the next.
  private var items: [Item] = []
  private var planned = 0

  mutating func plan(at instant: Int64, _ happen: @escaping () -> Void) {
    planned += 1
    items.append(Item(at: instant, number: planned, happen: happen))
    var place = items.count - 1
    while place > 0, items[place].isBefore(items[(place - 1) / 2]) {
      items.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  /// The next thing that happens before an instant.
  mutating func next(before end: Int64) -> (at: Int64, happen: () -> Void)? {
    guard let first = items.first, first.at < end else { return nil }
    let last = items.removeLast()
    if !items.isEmpty {
      items[0] = last
      sink()
    }
    return (first.at, first.happen)
  }

  private mutating func sink() {
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < items.count && items[child].isBefore(items[least]) {
        least = child
      }
      if least == place { return }
      items.swapAt(place, least)
      place = least
    }
  }
}
