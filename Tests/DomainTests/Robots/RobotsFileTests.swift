import Domain
import Testing

@Suite("robots.txt")
struct RobotsFileTests {
  private func finding(
    _ text: String, _ path: String, as agent: String = "AcmeBot"
  ) -> RobotsFinding {
    RobotsFile(Array(text.utf8)).finding(RobotsPath(path), for: RobotsAgent(userAgent: agent))
  }

  @Test("the line that decided is told, counted as an editor counts")
  func line() {
    let text =
      "# for all\r\nUser-agent: *\r\n\r\nDisallow: /a  # not this\rAllow: /a/b\nDisallow: /c"
    let denied = finding(text, "/a/x")
    #expect(!denied.isAllowed)
    #expect(denied.rule?.line == 4)
    #expect(denied.rule?.text == "Disallow: /a")
    let allowed = finding(text, "/a/b/c")
    #expect(allowed.isAllowed && allowed.rule?.line == 5)
    #expect(finding(text, "/c").rule?.line == 6)
    #expect(finding(text, "/d").rule == nil)
  }

  @Test("literals whose beginnings repeat are found, and only where they stand")
  func repeatingLiterals() {
    let text = "User-agent: *\nDisallow: /*aab\nDisallow: /*abcabd$\nDisallow: /q*aba*aba"
    for path in ["/aaab", "/aabaab", "/xaaaaaab/y", "/abcabcabd", "/qababa-aba", "/qabaaba"] {
      #expect(!finding(text, path).isAllowed, "\(path)")
    }
    for path in ["/aac", "/abab", "/abcabdx", "/abcabc", "/qababa"] {
      #expect(finding(text, path).isAllowed, "\(path)")
    }
  }

  @Test("a file that is made to be slow costs no more than its length times the paths")
  func slowFile() {
    let rule = "Disallow: /*" + String(repeating: "a", count: 1_000) + "b\n"
    let file = RobotsFile(
      Array(("User-agent: *\n" + String(repeating: rule, count: 400)).utf8))
    let path = RobotsPath("/" + String(repeating: "a", count: 1_900))
    let took = ContinuousClock().measure {
      #expect(file.finding(path, for: RobotsAgent(userAgent: "AcmeBot")).isAllowed)
    }
    // About a million steps; comparing anew at each place takes 360 million.
    #expect(took < .seconds(10))
  }

  @Test("groups of one agent are merged, wherever they stand, and others do not count")
  func groups() {
    let text = """
      User-agent: acmebot
      Disallow: /one
      User-agent: *
      Disallow: /
      User-agent: other
      User-agent: ACMEBOT/2.0
      Disallow: /two
      """
    #expect(!finding(text, "/one").isAllowed)
    #expect(!finding(text, "/two").isAllowed)
    #expect(finding(text, "/three").isAllowed)
    #expect(!finding(text, "/three", as: "Nobody/1.0").isAllowed)
    #expect(finding(text, "/one", as: "other").isAllowed)
  }

  /// User-Agent header, product token.
  static let agents = [
    ("AcmeBot/1.0 (+https://acme.example/bot)", "acmebot"), ("Acme_Bot-x", "acme_bot-x"),
    ("Mozilla/5.0 (compatible; AcmeBot/1.0; +https://acme.example)", "acmebot"),
    ("Mozilla/5.0 (X11; Linux x86_64)", "mozilla"), ("", ""), ("123", ""),
    ("Mozilla/5.0 (compatible;", "mozilla"),
  ]

  @Test("the product token of a User-Agent", arguments: agents)
  func productToken(userAgent: String, token: String) {
    #expect(RobotsAgent(userAgent: userAgent).token == token)
  }

  @Test("what a rule disallows below a granted prefix is told, what it cannot reach is not")
  func below() {
    let text = """
      User-agent: *
      Disallow: /list/private/
      Disallow: /*.pdf$
      Disallow: /other/
      Disallow: /li
      Allow: /list/
      Disallow: /list$
      """
    let found = finding(text, "/list/")
    #expect(found.isAllowed)
    #expect(found.below.map(\.line) == [2, 3])
    #expect(finding("User-agent: *\nAllow: /", "/").below.isEmpty)
  }

  @Test("a file is read up to 500 KiB, and a line beyond it counts for nothing")
  func cap() {
    let head = "User-agent: *\n"
    let rule = "Disallow: /a\n"
    let room = RobotsFile.bytesMax - head.utf8.count - rule.utf8.count
    let fits = head + String(repeating: "#", count: room - 1) + "\n" + rule
    #expect(fits.utf8.count == RobotsFile.bytesMax)
    #expect(!finding(fits, "/a").isAllowed)
    let late = head + String(repeating: "#", count: room + rule.utf8.count - 1) + "\n" + rule
    #expect(finding(late, "/a").isAllowed)
  }

  @Test("a hostile pattern costs no more than its length times the path's")
  func hostile() {
    // A backtracking matcher would need more steps than there are atoms for any of these.
    let asterisks = String(repeating: "*a", count: 4_000) + "b$"
    let path = "/" + String(repeating: "a", count: 2_000)
    let rules = (0..<20).map { _ in "Disallow: /\(asterisks)\n" }.joined()
    let clock = ContinuousClock()
    let elapsed = clock.measure {
      #expect(finding("User-agent: *\n" + rules, path).isAllowed)
      let stars = String(repeating: "*", count: 100_000)
      #expect(!finding("User-agent: *\nDisallow: /\(stars)a", path).isAllowed)
      let nested = String(repeating: "a*", count: 900) + "c"
      #expect(finding("User-agent: *\nDisallow: /\(nested)", path).isAllowed)
    }
    #expect(elapsed < .seconds(20), "\(elapsed)")
  }

  @Test("a file of nothing but agents, or of 40,000 rules, is read in one pass")
  func crowds() {
    let agents = String(repeating: "User-agent: a\n", count: 30_000)
    let rules = String(repeating: "Disallow: /x\n", count: 39_000)
    #expect(!finding(agents + "Disallow: /y\n", "/y", as: "a").isAllowed)
    #expect(!finding("User-agent: *\n" + rules, "/x").isAllowed)
    let delays = String(repeating: "User-agent: a\nCrawl-delay: 2\n", count: 15_000)
    let file = RobotsFile(Array(delays.utf8))
    #expect(file.crawlDelayMilliseconds(for: RobotsAgent(userAgent: "a")) == 2_000)
  }

  @Test("anything at all is a file")
  func garbage() {
    var generator = SeededGenerator(seed: 9309)
    for _ in 0..<200 {
      let length = Int.random(in: 0...400, using: &generator)
      let alphabet = Array("UserAgent:Disallow/*$% \r\n#\u{0}\u{FF}aA0".utf8)
      let bytes = (0..<length).map { _ in
        alphabet[Int.random(in: 0..<alphabet.count, using: &generator)]
      }
      _ = RobotsFile(bytes).finding(RobotsPath("/a%2"), for: RobotsAgent(userAgent: "a"))
    }
  }
}
