import Testing

@testable import Reactor

@Suite("Watch table")
struct WatchTableTests {
  private final class Silent: ReadinessHandler {
    func ready(_ events: Readiness) {}
  }

  @Test("an event of an earlier watch of the same number finds nobody")
  func staleEvent() {
    var table = WatchTable()
    let old = table.nextWatch(of: 7, trigger: .edge)
    table.insert(Silent(), for: old)
    #expect(table.handler(forTag: old.tag) != nil)
    let isRemoved = table.remove(old)
    #expect(isRemoved)
    #expect(table.handler(forTag: old.tag) == nil)

    let new = table.nextWatch(of: 7, trigger: .edge)
    table.insert(Silent(), for: new)
    #expect(table.handler(forTag: old.tag) == nil)
    #expect(table.handler(forTag: new.tag) != nil)
  }

  @Test("ending an old watch leaves the new one of the same number alone")
  func staleRemoval() {
    var table = WatchTable()
    let old = table.nextWatch(of: 3, trigger: .level)
    table.insert(Silent(), for: old)
    let new = table.nextWatch(of: 3, trigger: .level)
    table.insert(Silent(), for: new)
    let isRemoved = table.remove(old)
    #expect(!isRemoved)
    #expect(table.isCurrent(new))
  }

  @Test("a number that was never watched finds nobody")
  func unknown() {
    #expect(WatchTable().handler(forTag: 1 << 32 | 99) == nil)
  }
}
