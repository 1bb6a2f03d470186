import ArgumentParser
import Domain
import Glibc
import Reactor

/// `leases top`.
struct TopCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "What goes on now: holds, budgets, refusals, leases; the busiest first.",
    discussion: """
      On a terminal it is drawn again every two seconds: q or Ctrl-C ends it, space looks at once.
      Elsewhere, and with --once or --json, it is printed once.
      """)

  @Option(help: "Budgets that reach this host or one under it.") var site: String?
  @Option(help: "Budgets of this grant.") var grant: String?
  @Option(help: "Seconds from one look to the next (1 to 3600).") var interval = 2
  @Option(help: "How many of each list (1 to 200).") var limit = 50
  @Flag(help: "Print it once.") var once = false
  @OptionGroup var client: ClientOptions

  func validate() throws {
    if !(1...3_600).contains(interval) { throw ValidationError("--interval is 1 to 3600.") }
    if !(1...200).contains(limit) { throw ValidationError("--limit is 1 to 200.") }
  }

  func perform(_ session: Session) async throws {
    guard !once, !session.printsJSON, isatty(STDOUT_FILENO) == 1 else {
      // Nobody watches signals: they end the process as usual.
      try SignalWatch.unblockAll()
      let reply = try await look(session)
      if session.printsJSON { return try session.show(reply) { _ in Printout() } }
      let paper = Terminal(width: TopText.columns, isStyled: session.terminal.isStyled)
      return session.terminal.write(TopText.printout(try reply.json).lines(for: paper))
    }
    try await watch(session)
  }

  private func look(_ session: Session) async throws -> Reply {
    try await session.api.get(
      Path("v1", "load"), [("site", site), ("grant", grant), ("limit", String(limit))])
  }

  /// Draws until it is ended. A service that is away for the moment is said, and asked again.
  private func watch(_ session: Session) async throws {
    let (events, told) = AsyncStream.makeStream(of: Happening.self)
    let loop = session.loop
    let screen = try await withTaskExecutorPreference(loop) {
      LoopBound(try LiveScreen(on: loop) { told.yield(.screen($0)) }, to: loop)
    }
    let ticking = loop.spawn {
      while !Task.isCancelled {
        told.yield(.screen(.refresh))
        await loop.sleep(until: .now().advanced(bySeconds: interval))
      }
    }
    let end = await withTaskExecutorPreference(loop) {
      var view = TopView(every: interval)
      var looking: Task<Void, Never>?
      defer { looking?.cancel() }
      for await event in events {
        switch event {
        case .screen(.quit): return Result<Void, any Error>.success(())
        case .screen(.refresh):
          // One look at a time: a service that is slow is not asked the more for it.
          guard looking == nil else { continue }
          looking = loop.spawn { told.yield(.looked(await Result.of { try await look(session) })) }
          continue
        case .screen(.resized): break
        case .looked(let result):
          looking = nil
          if let error = view.take(result) { return .failure(error) }
        }
        let window = TopWindow(session)
        screen.value.draw(view.lines(for: window.terminal, rows: window.rows), rows: window.rows)
      }
      return .success(())
    }
    ticking.cancel()
    await withTaskExecutorPreference(loop) { screen.value.leave() }
    await ticking.value
    try end.get()
  }

  private enum Happening: Sendable {
    case screen(LiveScreen.Event)
    case looked(Result<Reply, any Error>)
  }
}

/// How large the terminal is now.
private struct TopWindow {
  let terminal: Terminal
  let rows: Int

  init(_ session: Session) {
    terminal = .standardOutput(environment: session.environment.variables)
    var size = winsize()
    let isKnown = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_row > 0
    rows = isKnown ? Int(size.ws_row) : 24
  }
}

/// What is on the screen: the newest answer, and why there is no newer one.
struct TopView {
  private let intervalSeconds: Int
  private var load: JSON = .null
  private var trouble: String?

  init(every intervalSeconds: Int) {
    self.intervalSeconds = intervalSeconds
  }

  /// Takes in what came of a look. A service that does not answer for the moment is said.
  ///
  /// - Returns: the error that ends the view.
  mutating func take(_ result: Result<Reply, any Error>) -> (any Error)? {
    do {
      load = try result.get().json
      trouble = nil
    } catch let unreachable as Unreachable {
      trouble = "\(unreachable)"
    } catch let refused as Refused where refused.reply.status >= 500 {
      trouble = "the service answered \(refused.reply.status)"
    } catch {
      return error
    }
    return nil
  }

  /// As many lines as there are rows, the last one of which says how it goes on.
  func lines(for terminal: Terminal, rows: Int) -> [String] {
    let body = load.isNull ? [] : TopText.printout(load).lines(for: terminal)
    let shown = Array(body.prefix(max(0, rows - 1)))
    let space = Array(repeating: "", count: max(0, rows - 1 - shown.count))
    let foot = trouble.map { "\($0.printable); trying again" } ?? "every \(intervalSeconds) s"
    return shown + space + ["q ends, space looks at once; \(foot)"]
  }
}

extension Result where Success: Sendable, Failure == any Error {
  /// What came of it.
  fileprivate static func of(_ body: () async throws -> Success) async -> Result {
    do { return .success(try await body()) } catch { return .failure(error) }
  }
}
