import CountersignTesting
import Domain
import HTTP
import HTTPTypes
import Server
import Tokens
import Workflow

/// Calls through the route table, without a socket.
struct ProposalCalls: Sendable {
  let scene: ReviewScene
  private let router: Router

  init(_ scene: ReviewScene) {
    self.scene = scene
    router = Routes.router(service: scene.service, incident: { error, _ in "\(error)" })
  }

  struct Reply {
    let status: Int
    let bytes: [UInt8]
    let headers: [String: String]

    /// The member of the answer at a path; nil when it is not there.
    func json(_ path: String...) throws -> JSON? {
      var json: JSON? = try JSONParser.parse(bytes)
      for name in path {
        switch json {
        case .object(let object)?: json = object[name]
        case .array(let elements)?:
          json = Int(name).flatMap { elements.indices.contains($0) ? elements[$0] : nil }
        default: json = nil
        }
      }
      return json
    }

    func text(_ path: String...) throws -> String {
      var json: JSON = try JSONParser.parse(bytes)
      for name in path {
        switch json {
        case .object(let object): json = object[name] ?? .null
        case .array(let elements): json = elements[Int(name) ?? 0]
        default: break
        }
      }
      if case .string(let text) = json { return text }
      return String(decoding: json.bytes(), as: UTF8.self)
    }

    /// `code`, and for a bad body its pointers with their codes.
    func problem() throws -> String {
      let code = try text("code")
      guard case .array(let errors)? = try json("errors") else { return code }
      let places = errors.map { error -> String in
        guard case .object(let members) = error, case .string(let at)? = members["pointer"],
          case .string(let what)? = members["code"]
        else { return "?" }
        return " \(at) \(what)"
      }
      return code + places.joined()
    }
  }

  func get(_ target: String, as person: TestPerson, accept: String? = nil) async throws -> Reply {
    try await send(.get, target, as: person, [], accept.map { [(.accept, $0)] } ?? [])
  }

  func post(
    _ target: String, _ body: JSON, as person: TestPerson, type: String = "application/json"
  ) async throws -> Reply {
    try await send(.post, target, as: person, body.bytes(), [(.contentType, type)])
  }

  func post(_ target: String, text: String, as person: TestPerson) async throws -> Reply {
    try await send(
      .post, target, as: person, Array(text.utf8), [(.contentType, "application/json")])
  }

  private func send(
    _ method: HTTPRequest.Method, _ target: String, as person: TestPerson, _ body: [UInt8],
    _ fields: [(HTTPField.Name, String)]
  ) async throws -> Reply {
    let request = try Request(
      method: method, target: target,
      fields: fields + [(.authorization, "Bearer \(person.secret.text)")], body: body)
    let response = await router.answer(request)
    let headers = response.fields.map { ($0.name.canonicalName, $0.value) }
    return Reply(
      status: response.status.code, bytes: response.body,
      headers: Dictionary(headers, uniquingKeysWith: { first, _ in first }))
  }
}
