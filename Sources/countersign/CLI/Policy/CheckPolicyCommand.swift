import ArgumentParser
import Domain
import Wire

/// `policy check`: whether a file is a policy, without a server.
struct CheckPolicyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Whether a file is a policy; asks no server.",
    discussion: """
      Every mistake is said at once, with its line and its place as a JSON pointer. Exit codes: \
      0 it is a policy, 1 it is none, 2 the file cannot be read.
      """)

  @Argument(help: "The file, YAML or JSON; - is standard input.") var file: String
  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    let input = try InputFile(file)
    let environment = ClientEnvironment()
    let terminal = Terminal.standardOutput(environment: environment.variables)
    let policy: Policy
    do throws(PolicyFile.Wrong) {
      policy = try PolicyFile(input).checked()
    } catch {
      if json { terminal.write(bytes: error.json.bytes()) } else { Terminal.complain(error.lines) }
      throw ClientFailure.refused
    }
    if json { return terminal.write(bytes: JSON.object(["errors": []]).bytes()) }
    terminal.write([
      "\(input.name.printable): a policy with \(policy.questions.count) questions, "
        + "\(policy.rules.count) rules, \(policy.legal.count) legal sources"
    ])
  }
}

/// A policy as a file, whose mistakes stand in lines.
struct PolicyFile {
  private let input: InputFile

  init(_ input: InputFile) {
    self.input = input
  }

  /// The policy of the file, or `{"policy": …}` around it.
  ///
  /// Errors: `Wrong` with every mistake.
  func checked() throws(Wrong) -> Policy {
    do throws(InvalidBody) {
      return try Policy(json: json())
    } catch {
      throw Wrong(file: input.name, invalid: error, lines: YAMLDocument.lines(of: input.bytes))
    }
  }

  private func json() throws(InvalidBody) -> JSON {
    guard input.isJSON else {
      return try YAMLDocument.parse(input.bytes, scalars: .coreSchema)
    }
    do throws(JSONParseError) {
      return try JSONParser.parse(input.bytes)
    } catch {
      throw InvalidBody(error)
    }
  }

  /// What is wrong with a file, and where.
  struct Wrong: Error {
    let file: String
    let invalid: InvalidBody
    let lines: [String]

    private let numbers: [Int?]

    init(file: String, invalid: InvalidBody, lines known: [JSONPointer: Int]) {
      self.file = file
      self.invalid = invalid
      let numbers = invalid.errors.map { Wrong.line(of: $0.pointer, known) }
      self.numbers = numbers
      lines = zip(invalid.errors, numbers).map { error, line in
        let place = line.map { ":\($0)" } ?? ""
        let pointer = error.pointer.description
        return "\(file.printable)\(place): \(pointer.isEmpty ? "/" : pointer.printable) "
          + "\(error.code.rawValue): \(error.detail.printable)"
      }
    }

    /// `{errors: [{line, pointer, code, detail}]}`.
    var json: JSON {
      [
        "errors": .array(
          zip(invalid.errors, numbers).map { error, line in
            [
              "line": line.map { JSON($0) } ?? .null,
              "pointer": .string(error.pointer.description),
              "code": .string(error.code.rawValue), "detail": .string(error.detail),
            ]
          })
      ]
    }

    /// The line of the place or, where something is missing there, of what it is missing in.
    private static func line(of pointer: JSONPointer, _ known: [JSONPointer: Int]) -> Int? {
      var tokens = pointer.tokens
      while true {
        if let line = known[JSONPointer(tokens)] { return line }
        if tokens.isEmpty { return nil }
        tokens.removeLast()
      }
    }
  }
}
