import Dispatch
import Reactor

/// The entry: an ordinary function, because what follows it must not be the main thread's.
///
/// An `async` main hands the main thread to Dispatch, which lets every signal through there, and
/// SIGTERM would end the process instead of draining it. Here the main thread waits, with the
/// signals of a server blocked, for the command to end.
@main
enum Main {
  static func main() {
    let signals = signals(of: CommandLine.arguments.dropFirst().prefix(2))
    if !signals.isEmpty {
      do {
        try SignalWatch.block(signals)
      } catch {
        preconditionFailure("signals cannot be blocked: \(error)")
      }
    }
    let ended = DispatchSemaphore(value: 0)
    Task.detached {
      await Countersign.main()
      ended.signal()
    }
    ended.wait()
  }

  /// What the command watches for itself.
  private static func signals(of words: ArraySlice<String>) -> [Int32] {
    switch words.first {
    case "serve", "dev": SignalWait.signals
    case "leases" where words.last == "top": LiveScreen.signals
    default: []
    }
  }
}
