import CountersignTesting
import Domain
import Jobs
import Postgres
import Synchronization
import Testing
import Workflow

@Suite("chores")
struct ChoreTests {
  /// Numbers that are due until they are done; odd ones may fail.
  final class Numbers: Chore {
    struct Deed: Command {
      let number: Int
      let owner: Numbers

      func run(by act: Act, in tx: borrowing Transaction) async throws {
        try owner.take(number)
      }
    }

    struct Stuck: Error {}

    let name = "numbers"
    let everySeconds: Int64 = 60
    private struct State {
      var waiting: [Int]
      var looks = 0
      var tries: [Int] = []
    }
    private let state: Mutex<State>
    private let sticks: @Sendable (Int) -> Bool

    init(_ numbers: [Int], sticks: @escaping @Sendable (Int) -> Bool = { _ in false }) {
      state = Mutex(State(waiting: numbers))
      self.sticks = sticks
    }

    var looks: Int { state.withLock { $0.looks } }
    var tries: [Int] { state.withLock { $0.tries } }
    var waiting: [Int] { state.withLock { $0.waiting } }

    func due(
      limit: Int64, at now: Timestamp, in tx: borrowing Transaction
    ) async throws -> [Int] {
      state.withLock { state in
        state.looks += 1
        return Array(state.waiting.prefix(Int(limit)))
      }
    }

    func command(for subject: Int) -> Deed { Deed(number: subject, owner: self) }

    fileprivate func take(_ number: Int) throws {
      state.withLock { $0.tries.append(number) }
      if sticks(number) { throw Stuck() }
      state.withLock { state in state.waiting.removeAll { $0 == number } }
    }
  }

  @Test("a chore is looked after in its interval, by the database's clock")
  func interval() async throws {
    try await JobScene.with { scene in
      let numbers = Numbers([1, 2])
      let runner = scene.runner(chores: [numbers])
      #expect(try await runner.sweep() == 2)
      scene.at(59)
      #expect(try await runner.sweep() == 0)
      #expect(numbers.looks == 1)
      scene.at(60)
      _ = try await runner.sweep()
      #expect(numbers.looks == 2)
    }
  }

  @Test("more than one sweep takes is done in the next one, at once")
  func full() async throws {
    try await JobScene.with { scene in
      let numbers = Numbers(Array(1...250))
      let runner = scene.runner(chores: [numbers])
      var counts: [Int] = []
      for _ in 0..<4 { counts.append(try await runner.sweep()) }
      #expect(counts == [100, 100, 50, 0])
      #expect(numbers.waiting.isEmpty)
    }
  }

  @Test("what fails waits longer and longer and keeps nobody from their turn")
  func stuck() async throws {
    try await JobScene.with { scene in
      let numbers = Numbers(Array(1...150), sticks: { $0 <= 100 })
      let runner = scene.runner(chores: [numbers])
      // All of the first list fail; the next sweep sees past them.
      #expect(try await runner.sweep() == 0)
      scene.at(5)
      #expect(try await runner.sweep() == 0)
      scene.at(60)
      #expect(try await runner.sweep() == 50)
      #expect(numbers.waiting == Array(1...100))
      #expect(numbers.tries.filter { $0 == 1 }.count == 2)
      // The second wait is longer: twenty seconds and a jitter.
      scene.at(60 + 19)
      _ = try await runner.sweep()
      #expect(numbers.tries.filter { $0 == 1 }.count == 2)
    }
  }
}
