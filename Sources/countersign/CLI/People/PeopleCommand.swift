import ArgumentParser
import Domain

/// `countersign people`: accounts, enrolment, roles.
struct PeopleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "people", abstract: "Accounts, enrolment and roles.",
    subcommands: [
      ListPeopleCommand.self, ShowPersonCommand.self, CreatePersonCommand.self,
      EnrolCommand.self, GiveRoleCommand.self, TakeRoleCommand.self,
      DeactivatePersonCommand.self, BootstrapCommand.self,
    ])
}

/// `people list`.
struct ListPeopleCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Everybody, with the roles they hold.")

  @OptionGroup var page: ListOptions
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let reply = try await session.api.get(Path("v1", "people"), page.query)
    try session.showList(reply) { people in
      Table(
        [.text("ID"), .text("E-MAIL"), .prose("NAME"), .text("ACTIVE"), .prose("ROLES")],
        empty: "nobody",
        rows: people.map { person in
          [
            person["id"].cell, person["email"].cell, person["name"].cell,
            person["active"].cell, person["roles"].joined(" ") ?? "-",
          ]
        })
    }
  }
}

/// `people show`.
struct ShowPersonCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "One person; without a name, yourself.")

  @Argument(help: "Id or e-mail.") var person: String?
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    guard let person else {
      return try session.show(try await session.api.get(Path("v1", "me"))) { me in
        Printout([
          "id": me["id"].text, "kind": me["kind"].text, "name": me["name"].text,
          "e-mail": me["email"].text, "roles": me["roles"].joined(),
        ])
      }
    }
    let id = try await Directory.person(person, session)
    try session.show(try await session.api.get(Path("v1", "people", id)), Printout.person)
  }
}

/// `people deactivate`.
struct DeactivatePersonCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "deactivate",
    abstract: "Close an account: its tokens stop working, what it signed stands.")

  @Argument(help: "Id or e-mail.") var person: String
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let path = Path("v1", "people", try await Directory.person(person, session))
    let current = try await session.api.get(path)
    let reply = try await session.api.patch(path, ["active": false], ifMatch: current.eTag)
    try session.show(reply, Printout.person)
  }
}

/// `people give-role`.
struct GiveRoleCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "give-role",
    abstract: "Give a role; a deciding one or administrator takes two administrators.")

  @Argument(help: "Id or e-mail.") var person: String
  @Argument(help: "A role, such as legal_reviewer.") var role: Role
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let id = try await Directory.person(person, session)
    let reply = try await session.api.put(Path("v1", "people", id, "roles", role.rawValue))
    try session.show(reply) { answer in
      guard answer["status"].string == "awaiting_second" else { return Printout.person(answer) }
      return Printout(
        "\(role.rawValue) is not given yet: another administrator has to repeat this call.")
    }
  }
}

/// `people take-role`.
struct TakeRoleCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "take-role", abstract: "Take a role away, at once.")

  @Argument(help: "Id or e-mail.") var person: String
  @Argument(help: "A role, such as legal_reviewer.") var role: Role
  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    let id = try await Directory.person(person, session)
    let reply = try await session.api.delete(Path("v1", "people", id, "roles", role.rawValue))
    try session.show(reply, Printout.person)
  }
}

extension Role: ExpressibleByArgument {}

extension Printout {
  /// One account.
  static func person(_ person: JSON) -> Printout {
    Printout([
      "id": person["id"].text, "name": person["name"].text, "e-mail": person["email"].text,
      "active": person["active"].text, "roles": person["roles"].joined() ?? "none",
      "same person as": person["same_person_as"].text, "since": person["created_at"].time,
    ])
  }
}
