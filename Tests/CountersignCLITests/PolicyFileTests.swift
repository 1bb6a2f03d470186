import Domain
import Foundation
import Testing

@testable import countersign

@Suite("policy files")
struct PolicyFileTests {
  static let text: String = {
    let file = URL(filePath: #filePath).resolvingSymlinksInPath()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "policies/default.yaml")
    do {
      return try String(contentsOf: file, encoding: .utf8)
    } catch {
      preconditionFailure("no default policy: \(error)")
    }
  }()

  private func lines(_ text: String) -> [String] {
    do throws(PolicyFile.Wrong) {
      _ = try PolicyFile(InputFile(name: "p.yaml", bytes: Array(text.utf8))).checked()
      return []
    } catch {
      return error.lines
    }
  }

  /// The line, from 1, in which a piece of the text stands.
  private func line(of piece: String, in text: String) throws -> Int {
    let range = try #require(text.range(of: piece))
    return text[..<range.lowerBound].count { $0 == "\n" } + 1
  }

  @Test("the default policy is one")
  func sound() {
    #expect(lines(Self.text).isEmpty)
  }

  @Test("every mistake is told at once, each with its line and its place")
  func mistakes() throws {
    let text = Self.text
      .replacing("answer: trade_secrets", with: "answer: trade_secret")
      .replacing("basis: [CN-CL-285-1]", with: "basis: [CN-CL-285-9]")
    let basis = try line(of: "basis: [CN-CL-285-9]", in: text)
    let answer = try line(of: "answer: trade_secret,", in: text)
    #expect(
      lines(text).map { $0.split(separator: " ").prefix(3).joined(separator: " ") } == [
        "p.yaml:\(basis): /rules/1/basis/0 invalid_format:",
        "p.yaml:\(answer): /rules/44/when/answer unknown_question:",
      ])
  }

  @Test("what is missing is told in the line of what it is missing in; what is no YAML too")
  func missing() throws {
    let text = Self.text.replacing("    longest_validity_days: 7\n", with: "")
    let tier = try line(of: "- tier: T4", in: text)
    #expect(
      lines(text).first?.hasPrefix("p.yaml:\(tier): /tiers/4/longest_validity_days required:")
        == true)
    #expect(lines("rules: [").count == 1)
    #expect(lines("{\"rules\": }").count == 1)
    #expect(lines("").count == 1)
  }
}
