import ArgumentParser
import Simulation
import Testing

@testable import countersign

@Suite("countersign simulate")
struct SimulateCommandTests {
  @Test("the command of the documentation is understood")
  func documented() throws {
    let command = try SimulateCommand.parse([
      "--seeds", "30", "--hours", "1", "--workers", "24", "--loss", "3%", "--skew", "2.5",
      "--compare", "--json",
    ])
    #expect(command.loss.share == 0.03)
    #expect(command.seeds == 30 && command.compare && command.json)
    #expect(try SimulateCommand.parse(["--late", "12.5"]).late.share == 0.125)
  }

  @Test(
    "what cannot be simulated is refused",
    arguments: [
      ["--seeds", "0"], ["--workers", "0"], ["--workers", "20001"], ["--hours", "0.01"],
      ["--hours", "25"], ["--loss", "101%"], ["--loss", "-1"], ["--loss", "x"],
      ["--skew", "-1"], ["--cuts", "4000"], ["--points", "0"], ["--projects", "0"],
      ["--places", "0"], ["--replicas", "0"], ["--hours", "nan"],
    ])
  func refused(arguments: [String]) {
    #expect(throws: (any Error).self) { try SimulateCommand.parse(arguments) }
  }

  @Test("people read the same figures as machines, and which histories were over")
  func sheet() {
    var plan = Plan()
    plan.seconds = 120
    plan.workers = 4
    let outcomes = ShareRule.allCases.map { Simulator.outcome(plan, seed: 3, rule: $0) }
    let lines = SimulationSheet(plan, outcomes).printout
      .lines(for: Terminal(width: nil, isStyled: false))
    #expect(
      lines.contains { $0.hasPrefix("MEASURE") && $0.hasSuffix("COUNTERSIGN  DOORMAN'S RULE") })
    #expect(
      lines.contains { $0.hasPrefix("time with more than is allowed") && $0.contains("0.000 %") })
    #expect(!lines.contains("Over budget"))
    #expect(outcomes[0].json["rule"].text == "countersign")
    #expect(outcomes[0].isWithinBudget)
  }
}
