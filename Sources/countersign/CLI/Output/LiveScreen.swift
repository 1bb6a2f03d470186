import Foundation
import Glibc
import Reactor

/// A terminal taken over for a view that is drawn again and again: its other screen, no cursor,
/// keys at once. Whatever ends the view, `leave` puts everything back.
///
/// On its loop only.
final class LiveScreen: ReadinessHandler {
  /// What wakes the view.
  enum Event: Sendable {
    /// Ctrl-C, q, the end of the input, or a signal that ends the process.
    case quit
    case resized
    case refresh
  }

  /// What a view has to hear; blocked from the start (`Main`).
  static let signals: [Int32] = SignalWait.signals + [SIGHUP, SIGWINCH]

  private static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[?7l"
  private static let leaving = "\u{1B}[?7h\u{1B}[?25h\u{1B}[?1049l"

  private let loop: EventLoop
  private let told: (Event) -> Void
  /// How the terminal was; nil where the input is none.
  private var settings: termios?
  private var keys: Watch?
  private var heard: SignalWatch?

  /// Takes the terminal.
  init(on loop: EventLoop, told: @escaping (Event) -> Void) throws(SystemError) {
    self.loop = loop
    self.told = told
    heard = try SignalWatch(loop: loop, signals: LiveScreen.signals) { signal in
      told(signal == SIGWINCH ? .resized : .quit)
    }
    if isatty(STDIN_FILENO) == 1 {
      settings = LiveScreen.takeKeys()
      keys = try loop.watch(STDIN_FILENO, for: .read, trigger: .level, handler: self)
    }
    LiveScreen.write(LiveScreen.entering)
  }

  /// Draws lines over what was there; as many as there is room for.
  func draw(_ lines: [String], rows: Int) {
    // Each line clears what is left of the one before it, the last one all that is below.
    let shown = lines.prefix(max(1, rows)).map { $0 + "\u{1B}[K" }
    LiveScreen.write("\u{1B}[H" + shown.joined(separator: "\r\n") + "\u{1B}[J")
  }

  /// Gives the terminal back as it was.
  func leave() {
    if let keys { loop.unwatch(keys) }
    keys = nil
    heard?.cancel()
    heard = nil
    LiveScreen.write(LiveScreen.leaving)
    if var settings { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
    settings = nil
  }

  /// Takes the keys that were pressed.
  func ready(_ events: Readiness) {
    var pressed = [UInt8](repeating: 0, count: 64)
    let count = read(STDIN_FILENO, &pressed, pressed.count)
    if count <= 0, errno == EINTR || errno == EAGAIN, count < 0 { return }
    guard count > 0 else { return told(.quit) }
    for key in pressed[..<count] {
      switch key {
      case UInt8(ascii: "q"), UInt8(ascii: "Q"), 0x04: told(.quit)
      case UInt8(ascii: " "), UInt8(ascii: "r"): told(.refresh)
      default: break
      }
    }
  }

  /// Keys one by one and unseen; Ctrl-C stays a signal, Ctrl-Z would leave the screen behind.
  private static func takeKeys() -> termios? {
    var before = termios()
    guard tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
    var now = before
    now.c_lflag &= ~tcflag_t(ICANON | ECHO)
    withUnsafeMutableBytes(of: &now.c_cc) { $0[Int(VSUSP)] = 0 }
    tcsetattr(STDIN_FILENO, TCSANOW, &now)
    return before
  }

  private static func write(_ text: String) {
    FileHandle.standardOutput.write(Data(text.utf8))
  }
}
