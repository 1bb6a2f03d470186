import ArgumentParser
import Domain
import Foundation
import Logging
import Postgres
import Reactor
import Registries
import Tokens
import Workflow

/// `people bootstrap`: the first two administrators of an installation that has nobody.
struct BootstrapCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bootstrap",
    abstract: "Make the first two administrators, straight on the database of DATABASE_URL.",
    discussion: """
      For a new installation only: refused when there is any administrator. Run it after
      `countersign migrate`, with the environment of `countersign serve`: the issuer and the
      log's name are fixed by whichever of the two comes first.

      countersign people bootstrap --first "Ada <ada@acme.example>" --second "Bo <bo@acme.example>"
      """)

  @Option(help: "Name <e-mail>") var first: Mailbox
  @Option(help: "Name <e-mail> of another human being.") var second: Mailbox
  @Flag(help: "Print JSON.") var json = false

  func validate() throws {
    if first.email == second.email {
      throw ValidationError("It takes two people, with two e-mails.")
    }
  }

  func run() async throws {
    try await ExitStatus.reporting {
      let configuration = try ServiceConfiguration.read(for: .serve)
      guard let url = configuration.databaseURL else {
        throw StartFailure("DATABASE_URL is not set")
      }
      let group = try EventLoopGroup(count: 1)
      group.start()
      defer { group.stop() }
      let database = try Database(
        DatabaseConfiguration(url: url), loops: group.loops,
        logger: .standard(level: .critical))
      let result: Result<FirstAdministrators, any Error>
      do {
        result = .success(try await administrators(configuration, on: database))
      } catch {
        result = .failure(BootstrapCommand.readable(error))
      }
      await database.shutdown()
      show(try result.get())
    }
  }

  private func administrators(
    _ configuration: ServiceConfiguration, on database: Database
  ) async throws -> FirstAdministrators {
    let assets = try Assets.locate(home: configuration.home)
    let service = Service(
      database: database, clock: .database, zones: .system, suffixes: .system,
      settings: Service.Settings(
        tokensDecide: false,
        schemaVersion: Int64(try Migrator.migrations(in: assets.migrations).last?.version ?? 0),
        openAPI: []),
      // Nothing is signed here; the service's own keys stay where they are.
      signingKey: .make(.es256))
    try await service.checkReadiness()
    let identity = try await service.performUnauthenticated(
      StartService(proposed: configuration.identity), method: .service, trace: nil)
    let made = try await service.performUnauthenticated(
      CreateFirstAdministrators(people: [first.input, second.input]), method: .service,
      trace: nil)
    return FirstAdministrators(identity: identity, made: made)
  }

  private func show(_ result: FirstAdministrators) {
    if json { return print(String(decoding: result.json.bytes(), as: UTF8.self)) }
    print(result.printout.lines(for: .plain).joined(separator: "\n"))
  }

  private static func readable(_ error: any Error) -> any Error {
    switch error {
    case let refusals as Refusals: StartFailure(refusals.all.map(\.detail).joined(separator: " "))
    case CallFailure.unavailable(let reason, let cause): StartFailure(cause ?? reason)
    case let error as DatabaseError where error.state == .undefinedTable:
      StartFailure("the database has no schema yet: run countersign migrate")
    default: error
    }
  }
}

/// What `people bootstrap` made.
struct FirstAdministrators: Sendable {
  let identity: ServiceIdentity
  let made: [CreatePerson.Output]

  var json: JSON {
    [
      "issuer": .string(identity.issuer),
      "people": .array(
        made.map { output in
          [
            "id": JSON(output.person.id), "email": .string(output.person.email),
            "enrolment": [
              "secret": .string(output.secret.text),
              "expires_at": JSON(output.enrolment.expiresAt),
            ],
          ]
        }),
    ]
  }

  var printout: Printout {
    var printout = Printout(["issuer of tokens": identity.issuer])
    printout.add(heading: "Hand these over, each to its owner; they are shown only now")
    for output in made {
      let until = JSON.readableTime(output.enrolment.expiresAt.description)
      printout.add([
        "administrator": "\(output.person.name) <\(output.person.email)>",
        "id": output.person.id.text, "secret": output.secret.text, "until": until,
      ])
    }
    printout.add("Each enrols with `countersign people enrol`.")
    return printout
  }
}

/// `Name <e-mail>`.
struct Mailbox: ExpressibleByArgument {
  let name: String
  let email: String

  init?(argument: String) {
    let parts = argument.split(separator: "<", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[1].hasSuffix(">") else { return nil }
    let read: (String, JSONField<String>) -> String? = { text, field in
      do {
        return try JSONReader.read(.string(text), as: field)
      } catch {
        return nil
      }
    }
    guard
      let name = read(parts[0].trimmingCharacters(in: .whitespaces), .prose(200)),
      let email = read(String(parts[1].dropLast()), .email)
    else { return nil }
    self.name = name
    self.email = email
  }

  var input: CreatePerson.Input {
    CreatePerson.Input(name: name, email: email, samePersonAs: nil)
  }
}
