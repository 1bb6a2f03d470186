import Domain
import Testing

@testable import Workflow

@Suite("Lines of renewals")
struct RenewalLinesTests {
  private let budget = BudgetID.make(at: Timestamp(microseconds: 0))
  private let leases = (0..<6).map { _ in LeaseID.make(at: Timestamp(microseconds: 0)) }

  private func lines() -> RenewalLines<Int> {
    var lines = RenewalLines<Int>()
    for lease in leases { lines.learn(lease, budget) }
    return lines
  }

  @Test("who comes while nobody runs is first at once; the others gather, and go in their order")
  func gathers() {
    var lines = lines()
    #expect(lines.begun(for: leases[0]) == .budget(budget))
    #expect(lines.begun(for: leases[1]) == nil)
    for place in 1...4 { #expect(lines.joined(place, for: leases[place]) == .behind) }
    #expect(lines.waitingCount == 4)
    #expect(lines.next(.budget(budget), most: 3) == [1, 2, 3])
    #expect(lines.joined(5, for: leases[5]) == .behind)
    #expect(lines.next(.budget(budget), most: 3) == [4, 5])
    // A transaction still runs for them; then nobody does.
    #expect(lines.begun(for: leases[0]) == nil)
    #expect(lines.next(.budget(budget), most: 3).isEmpty)
    #expect(lines.count == 0)
    #expect(lines.joined(6, for: leases[0]) == .first(.budget(budget)))
  }

  @Test("of one lease one goes at a time: its repeat is in the next transaction")
  func repeats() {
    var lines = lines()
    _ = lines.begun(for: leases[0])
    for (place, lease) in [1, 2, 1, 1, 3].enumerated() {
      #expect(lines.joined(place, for: leases[lease]) == .behind)
    }
    #expect(lines.next(.budget(budget), most: 32) == [0, 1, 4])
    #expect(lines.next(.budget(budget), most: 32) == [2])
    #expect(lines.next(.budget(budget), most: 32) == [3])
    #expect(lines.next(.budget(budget), most: 32).isEmpty)
  }

  @Test("a lease whose budget nobody knows yet waits for nobody but itself")
  func unknown() {
    var lines = lines()
    let stranger = LeaseID.make(at: Timestamp(microseconds: 0))
    _ = lines.begun(for: leases[0])
    #expect(lines.begun(for: stranger) == .lease(stranger))
    #expect(lines.joined(1, for: stranger) == .behind)
    lines.learn(stranger, budget)
    #expect(lines.joined(2, for: stranger) == .behind)
    #expect(lines.next(.lease(stranger), most: 32) == [1])
    #expect(lines.next(.budget(budget), most: 32) == [2])
  }

  @Test("a line is full at 64, and takes somebody again when some have gone")
  func full() {
    var lines = lines()
    _ = lines.begun(for: leases[0])
    for place in 0..<64 { #expect(lines.joined(place, for: leases[place % 6]) == .behind) }
    #expect(lines.joined(64, for: leases[0]) == .full)
    #expect(lines.next(.budget(budget), most: 32).count == 6)
    #expect(lines.joined(65, for: leases[0]) == .behind)
  }
}
