import Foundation
import Glibc

/// Where output goes: its width and whether it takes emphasis.
struct Terminal: Sendable {
  /// Columns of the window; nil when the output is a file or a pipe, where nothing is cut.
  let width: Int?
  /// Whether headings may be bold.
  let isStyled: Bool

  /// The narrowest window that lines are fitted to.
  static let widthMin = 60
  /// How wide running text is set where the width is not known.
  static let proseWidth = 96

  /// Standard output as it is now. `NO_COLOR` and `TERM=dumb` switch emphasis off.
  static func standardOutput(environment: [String: String]) -> Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { return Terminal(width: nil, isStyled: false) }
    let isPlain = environment["NO_COLOR"]?.isEmpty == false || environment["TERM"] == "dumb"
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    return Terminal(width: isKnown ? max(widthMin, Int(size.ws_col)) : 80, isStyled: !isPlain)
  }

  /// Text in bold where that is possible.
  func bold(_ text: String) -> String { isStyled ? "\u{1B}[1m\(text)\u{1B}[0m" : text }

  /// The width of running text.
  var proseWidth: Int { min(width ?? Terminal.proseWidth, Terminal.proseWidth) }

  /// Writes lines to standard output.
  func write(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }

  /// Writes bytes and a line end to standard output.
  func write(bytes: [UInt8]) {
    FileHandle.standardOutput.write(Data(bytes + [UInt8(ascii: "\n")]))
  }

  /// Writes bytes to standard output as they are.
  func write(exactly bytes: [UInt8]) {
    FileHandle.standardOutput.write(Data(bytes))
  }

  /// Writes lines to standard error.
  static func complain(_ lines: [String]) {
    FileHandle.standardError.write(Data((lines.joined(separator: "\n") + "\n").utf8))
  }
}
