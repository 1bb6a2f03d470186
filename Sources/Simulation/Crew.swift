import Domain

/// The processes of a history while it is made up.
struct Crew {
  /// A process whose end is not known yet.
  struct Running {
    let number: Int
    let project: Int
    let begins: Int64
  }

  private let fleet: Fleet
  private var open: [Running] = []
  private var lives: [History.Life] = []
  private var begun = 0

  init(_ fleet: Fleet) {
    self.fleet = fleet
  }

  func running(at instant: Int64) -> [Running] { open.filter { $0.begins < instant } }

  mutating func begin(in project: Int, at instant: Int64) {
    open.append(Running(number: begun, project: project, begins: instant))
    begun += 1
  }

  mutating func end(
    _ one: Running, at instant: Int64, _ how: History.End, _ chance: inout Chance
  ) {
    open.removeAll { $0.number == one.number }
    lives.append(
      History.Life(
        project: one.project, begins: one.begins, ends: instant, end: how,
        wish: fleet.wish(in: one.project, &chance)))
  }

  /// Everybody, those included who run to the end.
  func all(_ chance: inout Chance) -> [History.Life] {
    lives
      + open.map {
        History.Life(
          project: $0.project, begins: $0.begins, ends: .max, end: .crash,
          wish: fleet.wish(in: $0.project, &chance))
      }
  }
}
