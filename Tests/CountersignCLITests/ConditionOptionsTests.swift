import ArgumentParser
import Domain
import Testing

@testable import countersign

@Suite("conditions on the command line")
struct ConditionOptionsTests {
  private func body(_ arguments: [String]) throws -> JSON? {
    try ConditionOptions.parse(arguments).json
  }

  @Test("numbers go to the first target, or to the one that is named")
  func numbers() throws {
    #expect(
      try body(["--max-rps", "0.1", "--window", "22:00-06:00", "--ends-on", "2027-01-31"]) == [
        "targets": [
          [
            "index": 0, "max_rps": JSON(Rate(milliRPS: 100)),
            "windows": [["days": "all", "start": "22:00", "end": "06:00"]],
          ]
        ], "ends_on": "2027-01-31",
      ])
    #expect(
      try body([
        "--target", "1", "--burst", "1", "--condition", "0.max_rps=0.5", "--condition",
        "1.daily_requests=7",
      ]) == [
        "targets": [
          ["index": 0, "max_rps": JSON(Rate(milliRPS: 500))],
          ["index": 1, "burst": 1, "daily_requests": 7],
        ]
      ])
    #expect(try body([]) == nil)
  }

  @Test(
    "what cannot be sent is refused here",
    arguments: [
      ["--max-rps", "1e3"], ["--window", "22:00"], ["--window", "06:00-06:00"],
      ["--window", "24:00-06:00"], ["--ends-on", "tomorrow"], ["--condition", "max_rps=1"],
      ["--condition", "0.max_rps=fast"], ["--condition", "0.hosts=1"],
      ["--condition", "0.burst"], ["--condition", "-1.burst=1"], ["--note", "why"],
    ])
  func refused(arguments: [String]) {
    #expect(throws: (any Error).self) { try body(arguments) }
  }
}
