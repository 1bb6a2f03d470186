import ArgumentParser
import Domain
import Workflow

/// `keys retire`.
struct RetireKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire",
    abstract: "End a key for good, straight on the database of DATABASE_URL.",
    discussion: """
      For the key of a replica that is gone, and, with --compromised, for one that somebody \
      else may have: then no token of it is believed any more, from now on by introspection, \
      and by whoever verifies offline once the published keys are fetched again. A replica \
      that signs with it goes on with another key of its folder within 10 s; where there is \
      none it makes one, and leases nothing until that has been published long enough: rotate \
      first. Write -- before an id that begins with a dash.
      """)

  @Argument(help: "The key's id, as keys list shows it.") var kid: String
  @Flag(help: "Somebody else may have it: nothing it signed counts from now on.")
  var compromised = false

  func run() async throws {
    try await ExitStatus.reporting {
      let configuration = try ServiceConfiguration.read(for: .serve)
      let cause: PublishedKey.RetirementCause = compromised ? .compromised : .replaced
      let key = try await DirectService.with(configuration) { service in
        try await service.performUnauthenticated(
          RetireSigningKey(kid: kid, cause: cause), method: .service, trace: nil)
      }
      let until = key.retirement?.publishedUntil.description ?? ""
      print("\(key.kid) has retired; published until \(JSON.readableTime(until))")
    }
  }
}
