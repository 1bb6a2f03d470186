import Domain
import Ledger
import Tokens
import Workflow

/// The people, the pool and the gateway of `dev`; made once, kept afterwards.
struct Demo {
  let service: Service

  /// Everybody and what they may do.
  static let people: [(name: String, roles: [Role])] = [
    ("pm", [.requester]), ("pm2", [.requester]),
    ("legal", [.legalReviewer]), ("legal2", [.legalReviewer]),
    ("risk", [.riskReviewer]), ("risk2", [.riskReviewer]),
    ("both", [.legalReviewer, .riskReviewer]),
    ("owner", [.businessOwner]), ("owner2", [.businessOwner]),
    ("security", [.securityReviewer]), ("dpo", [.dataProtectionOfficer]),
    ("counsel", [.generalCounsel]), ("executive", [.accountableExecutive]),
    ("operator", [.operator]), ("auditor", [.auditor]),
    ("admin", [.administrator]), ("admin2", [.administrator]),
  ]

  static let domain = "demo.example"

  /// Credentials that work: those of `old` that still do, new ones for the rest.
  func prepare(keeping old: DemoCredentials?) async throws -> DemoCredentials {
    var credentials = DemoCredentials()
    let emails = Demo.people.map { "\($0.name)@\(Demo.domain)" }
    let known = try await perform(FindPeople(emails: emails))
    for (name, roles) in Demo.people {
      let email = "\(name)@\(Demo.domain)"
      let id = try await person(name, email: email, known: known[email], roles: roles)
      var token = old?[name].flatMap { $0.id == id.text ? $0.token : nil }
      if let kept = token, !(await works(kept)) { token = nil }
      if token == nil { token = try await newToken(for: id) }
      credentials.people.append(
        (name, .init(id: id.text, email: email, token: token ?? "")))
    }
    try await addFleet(to: &credentials, keeping: old)
    return credentials
  }

  private func person(
    _ name: String, email: String, known: PersonID?, roles: [Role]
  ) async throws -> PersonID {
    let id: PersonID
    if let known {
      id = known
    } else {
      let input = CreatePerson.Input(
        name: name.prefix(1).uppercased() + name.dropFirst(), email: email, samePersonAs: nil)
      id = try await perform(CreatePerson(input: input)).person.id
      for role in roles { _ = try await perform(GiveRole(person: id, role: role)) }
    }
    return id
  }

  private func newToken(for person: PersonID) async throws -> String {
    let secret = try await perform(CreateEnrolment(person: person))
    return try await service.performUnauthenticated(
      Enrol(secret: secret), method: .enrolment, trace: nil
    ).secret.text
  }

  private func addFleet(
    to credentials: inout DemoCredentials, keeping old: DemoCredentials?
  ) async throws {
    guard let owner = credentials["operator"].flatMap({ PersonID($0.id) }) else { return }
    let fleet = try await perform(FindFleet(pool: "demo", gateway: "demo"))
    let gateway: GatewayID
    var gatewayKey = old?.gateways.first?.key
    if let known = fleet.gateway {
      gateway = known
    } else {
      let made = try await perform(CreateGateway(name: "demo"))
      (gateway, gatewayKey) = (made.gateway.id, made.secret.text)
    }
    if let kept = gatewayKey, !(await works(kept)) { gatewayKey = nil }
    if gatewayKey == nil {
      gatewayKey = try await perform(CreateKey(holder: .gateway(gateway))).secret.text
    }
    let pool: PoolID
    if let known = fleet.pool {
      pool = known
    } else {
      let input = CreatePool.Input(name: "demo", owner: owner, enforcementPoint: gateway)
      pool = try await perform(CreatePool(input: input)).id
    }
    var poolKey = old?.pools.first?.key
    if let kept = poolKey, !(await works(kept)) { poolKey = nil }
    if poolKey == nil {
      poolKey = try await perform(CreateKey(holder: .pool(pool))).secret.text
    }
    credentials.gateways = [.init(id: gateway.text, name: "demo", key: gatewayKey ?? "")]
    credentials.pools = [.init(id: pool.text, name: "demo", key: poolKey ?? "")]
  }

  /// Whether a kept secret still opens the door.
  private func works(_ text: String) async -> Bool {
    guard let secret = Secret(parsing: text) else { return false }
    let trace = RequestTrace(
      id: "dev", method: "GET", path: "/v1/me", idempotencyKey: nil, body: [])
    do {
      _ = try await service.look(
        for: Caller(secretHash: secret.hash, trace: trace), { _ in ShowMe() })
      return true
    } catch {
      return false
    }
  }

  private func perform<C: Command>(_ command: C) async throws -> C.Output {
    try await service.performUnauthenticated(command, method: .service, trace: nil)
  }
}
