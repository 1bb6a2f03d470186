import Domain
import Store
import Testing

@testable import Workflow

@Suite("the memory of epoch events")
struct FeedMemoryTests {
  private func page(_ epochs: ClosedRange<Int64>) -> EpochStore.Page {
    EpochStore.Page(current: epochs.upperBound, events: epochs.map(event))
  }

  private func event(_ epoch: Int64) -> EpochEvent {
    let now = Timestamp(microseconds: epoch)
    return EpochEvent(
      epoch: epoch, kind: .everything, id: nil,
      covers: TokenCover(proposals: nil, grants: nil, workers: nil, hosts: nil), cause: .lock,
      event: EventID.make(at: now), at: now)
  }

  @Test("it begins with the number there is, and knows what came after")
  func begins() {
    var memory = FeedMemory()
    #expect(memory.events(after: 0) == nil)
    memory.learn(EpochStore.Page(current: 5, events: []))
    #expect(memory.known == 5)
    #expect(memory.events(after: 5)?.isEmpty == true)
    #expect(memory.events(after: 4) == nil)
    memory.learn(page(6...8))
    #expect(memory.events(after: 5)?.map(\.epoch) == [6, 7, 8])
    #expect(memory.events(after: 7)?.map(\.epoch) == [8])
    #expect(memory.events(after: 8)?.isEmpty == true)
    #expect(memory.events(after: 9)?.isEmpty == true)
  }

  @Test("what was read twice counts once; nothing new changes nothing")
  func overlaps() {
    var memory = FeedMemory()
    memory.learn(EpochStore.Page(current: 0, events: []))
    memory.learn(page(1...3))
    memory.learn(page(2...4))
    memory.learn(EpochStore.Page(current: 4, events: []))
    #expect(memory.events(after: 0)?.map(\.epoch) == [1, 2, 3, 4])
  }

  @Test("the oldest are forgotten, and whoever asks for them is told so")
  func forgets() {
    var memory = FeedMemory()
    memory.learn(EpochStore.Page(current: 0, events: []))
    memory.learn(page(1...1_000))
    #expect(memory.events(after: 0)?.count == 1_000)
    memory.learn(page(1_001...1_001))
    #expect(memory.events(after: 0) == nil)
    #expect(memory.events(after: 1)?.count == 1_000)
  }

  @Test("a database that knows less than before is a restored one: it begins anew")
  func restored() {
    var memory = FeedMemory()
    memory.learn(EpochStore.Page(current: 9, events: []))
    memory.learn(page(10...12))
    memory.learn(EpochStore.Page(current: 4, events: []))
    #expect(memory.known == 4)
    #expect(memory.events(after: 4)?.isEmpty == true)
    memory.learn(page(5...5))
    #expect(memory.events(after: 4)?.map(\.epoch) == [5])
  }
}
