import ArgumentParser
import Domain
import Foundation
import Glibc

/// `people create`.
struct CreatePersonCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Make an account and print the secret with which the person enrols, once.")

  @Option(help: "The person's name.") var name: String
  @Option(help: "The person's e-mail.") var email: String
  @Option(help: "Id or e-mail of an older account of the same human being.")
  var samePersonAs: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    var body: JSONObject = ["name": .string(name), "email": .string(email)]
    if let samePersonAs {
      body["same_person_as"] = .string(try await Directory.person(samePersonAs, session))
    }
    let reply = try await session.api.post(Path("v1", "people"), .object(body))
    try session.show(reply) { person in
      var printout = Printout.person(person)
      printout.add(heading: "Hand this over; it is shown only now")
      printout.add([
        "secret": person["enrolment"]["secret"].text,
        "until": person["enrolment"]["expires_at"].time,
        "used with": "countersign people enrol",
      ])
      return printout
    }
  }
}

/// `people enrol`.
struct EnrolCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "enrol",
    abstract: "Turn an enrolment secret into a personal token, once.",
    discussion: "The secret is asked for, or read from standard input; never from an argument.")

  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let secret = try SecretPrompt.read("enrolment secret: ")
    let reply = try await session.api.post(
      Path("v1", "enrolments"), ["secret": .string(secret)])
    try session.show(reply) { answer in
      var printout = Printout([
        "person": answer["person"]["name"].text, "e-mail": answer["person"]["email"].text,
        "roles": answer["person"]["roles"].joined() ?? "none",
      ])
      printout.add(heading: "Your token; it is shown only now")
      printout.add([
        "COUNTERSIGN_TOKEN": answer["token"]["secret"].text,
        "until": answer["token"]["expires_at"].time, "id": answer["token"]["id"].text,
      ])
      return printout
    }
  }
}

/// Reads a secret without showing it.
enum SecretPrompt {
  /// One line of standard input; on a terminal it is asked for and not echoed.
  ///
  /// Errors: `ValidationError` when there is none.
  static func read(_ prompt: String) throws -> String {
    var line: String?
    if isatty(STDIN_FILENO) == 1 {
      FileHandle.standardError.write(Data(prompt.utf8))
      var shown = termios()
      let isKnown = tcgetattr(STDIN_FILENO, &shown) == 0
      var hidden = shown
      hidden.c_lflag &= ~tcflag_t(ECHO)
      if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) }
      line = readLine()
      if isKnown { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
      FileHandle.standardError.write(Data("\n".utf8))
    } else {
      line = readLine()
    }
    let secret = line?.trimmingCharacters(in: .whitespacesAndNewlines) ?? ""
    guard !secret.isEmpty else { throw ValidationError("There is no secret to read.") }
    return secret
  }
}
