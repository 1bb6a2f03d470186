import Dispatch
import Reactor

/// The entry: an ordinary function, because what follows it must not be the main thread's.
///
/// An `async` main hands the main thread to Dispatch, which lets every signal through there, and
/// SIGTERM would end the process instead of draining it. Here the main thread waits, with the
/// signals of a server blocked, for the command to end.
@main
enum Main {
  private static let servers: Set<String> = ["serve", "dev"]

  static func main() {
    if let command = CommandLine.arguments.dropFirst().first, servers.contains(command) {
      do {
        try SignalWatch.block(SignalWait.signals)
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
}
