import ArgumentParser
import Domain
import Workflow

/// `keys list`.
struct ListKeysCommand: ClientCommand {
  static let configuration = CommandConfiguration(
    commandName: "list",
    abstract: "The private keys of this machine, or with --server the public ones of a service.",
    discussion: """
      The folder is COUNTERSIGN_KEYS, else $COUNTERSIGN_DATA/keys. With DATABASE_URL it also says \
      where each key stands, and lists the keys of other replicas.
      """)

  @OptionGroup var client: ClientOptions

  func perform(_ session: Session) async throws {
    if client.server != nil || client.actor != nil {
      let reply = try await session.api.get(Path(".well-known", "jwks.json"))
      return try session.show(reply) { set in
        Printout(
          Table(
            [.text("KID"), .text("ALGORITHM"), .text("CURVE")], empty: "no keys",
            rows: set["keys"].elements.map { [$0["kid"].cell, $0["alg"].cell, $0["crv"].cell] }))
      }
    }
    let files = try StoredKey.all(in: session.environment.keysFolder)
    show(KeyInventory(files: files, standing: try await standing(of: files)), session)
  }

  /// Nil without a database.
  private func standing(of files: [StoredKey]) async throws -> KeyInventory.Standing? {
    do {
      let configuration = try ServiceConfiguration.read(for: .serve)
      guard configuration.databaseURL != nil else { return nil }
      let (keys, now) = try await DirectService.with(configuration) { service in
        try await service.tokenKeys()
      }
      let own = keys.filter { key in files.contains { $0.kid == key.kid } }
      return KeyInventory.Standing(
        keys: keys, turn: KeyTurn(of: own, as: configuration.keys.plan, at: now))
    } catch {
      throw NotPossible("\(error)")
    }
  }

  private func show(_ inventory: KeyInventory, _ session: Session) {
    if session.printsJSON {
      return session.terminal.write(bytes: inventory.json.bytes())
    }
    let table = inventory.table(empty: "no keys in \(session.environment.keysFolder)")
    session.terminal.write(table.lines(for: session.terminal))
  }
}

/// The keys of a folder beside those that the database knows.
struct KeyInventory {
  struct Standing {
    let keys: [PublishedKey]
    let turn: KeyTurn
  }

  /// One key, whichever side knows it.
  private struct Line {
    let kid: String
    let algorithm: String
    let madeAt: Timestamp
    let path: String?
    let state: KeyState?
  }

  private let lines: [Line]
  private let hasStates: Bool

  init(files: [StoredKey], standing: Standing?) {
    hasStates = standing != nil
    let own = files.map { file in
      Line(
        kid: file.kid, algorithm: file.algorithm, madeAt: file.madeAt, path: file.path,
        state: standing.map { standing in
          KeyState(standing.keys.first { $0.kid == file.kid }, turn: standing.turn)
        })
    }
    let others = standing.map { standing in
      standing.keys.filter { key in !files.contains { $0.kid == key.kid } }.map { key in
        Line(
          kid: key.kid, algorithm: key.algorithm, madeAt: key.registeredAt, path: nil,
          state: KeyState(key, turn: standing.turn))
      }
    }
    lines = own + (others ?? [])
  }

  var json: JSON {
    .array(
      lines.map { line in
        var members: JSONObject = [
          "kid": .string(line.kid), "alg": .string(line.algorithm), "made_at": JSON(line.madeAt),
        ]
        members["file"] = line.path.map { .string($0) }
        if let (name, at) = line.state?.word {
          members["state"] = .string(name)
          members["state_until"] = at.map { JSON($0) }
        }
        return .object(members)
      })
  }

  func table(empty: String) -> Table {
    var columns: [Table.Column] = [.text("KID"), .text("ALGORITHM"), .text("MADE")]
    if hasStates { columns.append(.text("STATE")) }
    columns.append(.text("FILE"))
    let rows = lines.map { line in
      var row = [line.kid, line.algorithm, JSON.readableTime(line.madeAt.description)]
      if hasStates { row.append(line.state?.text ?? "-") }
      row.append(line.path ?? "-")
      return row
    }
    return Table(columns, empty: empty, rows: rows)
  }
}
