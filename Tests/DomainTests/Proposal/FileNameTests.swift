import Domain
import Testing

@Suite("names and kinds of files")
struct FileNameTests {
  @Test(
    "a name is a name",
    arguments: [
      "a", "a.pdf", ".profile", "授权书 (最终).pdf", "..a", "a b", String(repeating: "x", count: 255),
    ])
  func accepted(name: String) {
    #expect(FileName(name)?.text == name)
  }

  @Test(
    "no path, nothing hidden, nothing too long",
    arguments: [
      "", " ", ".", "..", "a/b", "/etc/passwd", "..\\a", "a\nb", "a\u{0}", "gpj.\u{202E}exe",
      "a\u{200B}.pdf", "a\u{2028}b", String(repeating: "x", count: 256),
    ])
  func refused(name: String) {
    #expect(FileName(name) == nil)
  }

  static let kinds: [([UInt8], MediaType)] = [
    (Array("%PDF-1.7".utf8), .pdf), (Array("%PDF".utf8), .text),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0], .png),
    ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], .bytes), ([0xFF, 0xD8, 0xFF, 0xE0], .jpeg),
    ([0x50, 0x4B, 0x03, 0x04, 0], .zip),
    ([0x50, 0x4B, 0x03, 0x04] + Array("[Content_Types].xml word/a".utf8), .word),
    ([0x50, 0x4B, 0x03, 0x04] + Array("[Content_Types].xml xl/a".utf8), .sheet),
    (Array("<html><script>".utf8), .text), (Array("<svg onload=x>".utf8), .text),
    (Array("日本".utf8), .text), ([0xE6, 0x97], .bytes), ([], .bytes), ([0x61, 0], .bytes),
    ([0x61, 0x1B, 0x5B], .bytes), ([UInt8](repeating: 0x61, count: 5_000), .text),
    // A character that the end of what is looked at cuts in two.
    ([UInt8](repeating: 0x61, count: 4_095) + Array("日".utf8), .text),
  ]

  @Test("a file is what its first bytes say, and never anything that runs", arguments: kinds)
  func kind(start: [UInt8], kind: MediaType) {
    #expect(MediaType(startingWith: start) == kind)
  }

  @Test("only types and families that there are can be asked for")
  func patterns() {
    for text in ["*", "decision.*", "decision.approved", "reminder.*", "webhook.disabled"] {
      #expect(EventPattern(text) != nil, "\(text)")
    }
    for text in ["", "**", "decision", "decision.", "nobody.*", "*.approved", "decision.*.x"] {
      #expect(EventPattern(text) == nil, "\(text)")
    }
  }
}
