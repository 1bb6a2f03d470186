import ArgumentParser
import Domain
import Foundation
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
      show(
        try await DirectService.with(configuration) { service in
          let identity = try await service.performUnauthenticated(
            StartService(proposed: configuration.identity), method: .service, trace: nil)
          let made = try await service.performUnauthenticated(
            CreateFirstAdministrators(people: [first.input, second.input]), method: .service,
            trace: nil)
          return FirstAdministrators(identity: identity, made: made)
        })
    }
  }

  private func show(_ result: FirstAdministrators) {
    if json { return print(String(decoding: result.json.bytes(), as: UTF8.self)) }
    print(result.printout.lines(for: .plain).joined(separator: "\n"))
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
