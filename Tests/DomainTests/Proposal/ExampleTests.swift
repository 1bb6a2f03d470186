import Domain
import Testing
import Wire

@Suite("example proposals")
struct ExampleTests {
  static let today = LocalDate(daysSince1970: 20_788)

  private func assess(_ name: String) throws -> Assessment {
    let json = try ProposalFile.read(
      SharedFile.bytes("examples/\(name).yaml"), today: ExampleTests.today)
    let content = try ProposalContent.read(
      YAMLDocument.parse(json.bytes()), typing: .byField, in: ContentBuilder.context)
    return DefaultPolicy.policy.assess(
      content, sites: [[]], change: .first, on: ExampleTests.today)
  }

  @Test("the polite one is T1 and nothing blocks it")
  func polite() throws {
    let assessment = try assess("polite")
    #expect(assessment.tier == .t1)
    #expect(assessment.blocks.isEmpty)
    #expect(assessment.targets[0].caps.maxRate.value == Rate(milliRPS: 500))
  }

  @Test("the case of 2018 is X by some twenty rules")
  func asItHappened() throws {
    let assessment = try assess("residence-permit-2018")
    #expect(assessment.tier == .x)
    #expect(
      assessment.targets[0].findings.rules.map(\.id).joined(separator: " ")
        == "R03 R05 R06 R07 R08 R15 R16 R17 R22 R23 R24 R25 R27 R28 R29 R30 R53 R54 R55 R58")
    #expect(Set(assessment.blocks.map(\.step)) == [.submit, .token])
  }

  @Test("done properly it is T4 with six signatures")
  func properly() throws {
    let assessment = try assess("residence-permit-done-properly")
    #expect(assessment.tier == .t4)
    #expect(assessment.roles.count == 6)
    #expect(assessment.blocks.isEmpty)
    #expect(assessment.targets[0].caps.maxRate.value == Rate(milliRPS: 100))
    #expect(!assessment.targets[0].caps.windows.value.isEmpty)
  }
}
