import ArgumentParser
import Curl
import Domain
import Reactor

/// A command that calls a server. Exit codes: 0 done, 1 refused, 2 usage, 3 unreachable.
protocol ClientCommand: AsyncParsableCommand {
  var client: ClientOptions { get }
  func perform(_ session: Session) async throws
}

extension ClientCommand {
  func run() async throws {
    let environment = ClientEnvironment()
    let account = try client.account(in: environment)
    let group = try EventLoopGroup(count: 1)
    group.start()
    defer { group.stop() }
    let fetcher = HTTPFetcher(loop: group.loops[0])
    let session = Session(
      api: API(account: account) { request throws(FetchError) in
        try await fetcher.fetch(request)
      },
      environment: environment,
      terminal: .standardOutput(environment: environment.variables), printsJSON: client.json,
      loop: group.loops[0])
    do {
      try await perform(session)
    } catch {
      throw ClientFailure.reported(error, session)
    }
  }
}

/// Turns what went wrong into lines on standard error and an exit code.
enum ClientFailure {
  static let refused = ExitCode(1)
  static let unreachable = ExitCode(3)

  static func reported(_ error: any Error, _ session: Session) -> any Error {
    switch error {
    case let refused as Refused:
      if session.printsJSON {
        session.terminal.write(bytes: refused.reply.bytes)
      } else {
        Terminal.complain(ProblemReport(refused.reply).lines)
        if refused.reply.status == 401, session.api.account.token == nil {
          Terminal.complain(["  set COUNTERSIGN_TOKEN, or use --as NAME with `countersign dev`"])
        }
      }
      return ClientFailure.refused
    case let document as UnreadableDocument:
      Terminal.complain(ProblemReport(document.invalid, in: document.file).lines)
      return ClientFailure.refused
    case let wrong as PolicyFile.Wrong:
      Terminal.complain(wrong.lines)
      return ClientFailure.refused
    case let unreachable as Unreachable:
      Terminal.complain(["countersign: \(unreachable)"])
      return ClientFailure.unreachable
    case let other as NotOurs:
      let server = session.api.account.server.text
      Terminal.complain(["countersign: \(server) is not a Countersign: \(other)"])
      return ClientFailure.unreachable
    case let reason as NotPossible:
      Terminal.complain(["countersign: \(reason)"])
      return ClientFailure.refused
    default: return error
    }
  }
}

/// A file that is not what it has to be.
struct UnreadableDocument: Error {
  let file: String
  let invalid: InvalidBody
}
