import ArgumentParser
import Domain

/// `countersign revocations`: what made tokens void before they ran out.
struct RevocationsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revocations", abstract: "What made tokens void before they ran out.",
    subcommands: [ListRevocationsCommand.self, FollowRevocationsCommand.self])
}

/// `revocations list`.
struct ListRevocationsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Those that live tokens may still be about.")

  @Option(help: "Only those after this epoch.") var since: Int64?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(
      Path("v1", "revocations"), [("since", since.map { String($0) })])
    try session.show(reply) { answer in
      Printout(
        Table(
          [
            .number("EPOCH"), .text("AT"), .text("CAUSE"), .text("STOPS"), .prose("TOKENS OF"),
          ],
          empty: "nothing was stopped lately",
          rows: answer["epoch_events"].elements.map(RevocationText.cells)))
    }
  }
}

/// `revocations follow`.
struct FollowRevocationsCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "follow", abstract: "One line for every stop as it happens, until Ctrl-C.",
    discussion: "With --json one event per line, as the API gives it.")

  @Option(help: "Begin after this epoch; without it with the newest.") var since: Int64?
  @Option(help: "End after so many events.") var count: Int?
  @OptionGroup var client: ClientOptions

  /// Within what the service waits, and below the patience of a call.
  private static let waitSeconds = "10"

  func perform(_ session: Session) async throws {
    var epoch = since
    var left = count ?? .max
    while left > 0 {
      guard let answer = try await next(after: epoch, session) else { continue }
      let events = epoch == nil ? [] : answer["epoch_events"].elements
      for event in events.prefix(left) {
        session.terminal.write([
          session.printsJSON
            ? String(decoding: event.bytes(), as: UTF8.self)
            : RevocationText.cells(of: event).joined(separator: "  ").printable
        ])
      }
      left -= events.count
      guard case .number(let number) = answer["next"], let next = number.int64 else {
        throw NotOurs(reason: "an answer without next")
      }
      if epoch == nil { session.remark("following from epoch \(next)") }
      epoch = next
    }
  }

  /// Nil when the service is not there for the moment: whoever watches a stop goes on watching.
  private func next(after epoch: Int64?, _ session: Session) async throws -> JSON? {
    do {
      return try await session.api.get(
        Path("v1", "revocations"),
        [
          ("since", epoch.map { String($0) }),
          ("wait_seconds", epoch.map { _ in FollowRevocationsCommand.waitSeconds }),
        ]
      ).json
    } catch let refused as Refused where refused.reply.status == 503 {
      session.remark("not now; trying again")
    } catch let unreachable as Unreachable where epoch != nil {
      session.remark("\(unreachable); trying again")
    }
    try await Task.sleep(for: .seconds(1))
    return nil
  }
}

/// Parts of an epoch event in words.
enum RevocationText {
  /// Epoch, time, cause, what is stopped, whose tokens are void.
  static func cells(of event: JSON) -> [String] {
    let scope = event["scope"]
    let covers = event["covers"].members.map { list in
      "\(list.name) \(list.value.joined() ?? "none")"
    }
    return [
      event["epoch"].cell, event["at"].timeCell, event["cause"].cell,
      [scope["kind"].text, scope["id"].text].compactMap(\.self).joined(separator: " "),
      covers.isEmpty ? "everybody" : covers.joined(separator: "; "),
    ]
  }
}
