import Domain
import HTTP
import HTTPTypes
import Tokens
import Wire
import Workflow

/// Pools, gateways and their keys.
enum PoolHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/pools", createPool),
    Endpoint(.get, "/v1/pools", listPools),
    Endpoint(.post, "/v1/pools/{id}/keys", createPoolKey),
    Endpoint(.delete, "/v1/keys/{id}", revokeKey),
    Endpoint(.post, "/v1/gateways", createGateway),
    Endpoint(.get, "/v1/gateways", listGateways),
    Endpoint(.post, "/v1/gateways/{id}/keys", createGatewayKey),
  ]

  static func createPool(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> CreatePool.Input? in
      let name = body.required("name", .machineName)
      let owner = body.required("owner", .identifier(PersonKind.self))
      let gateway = body.optional("enforcement_point", .identifier(GatewayKind.self))
      guard let name, let owner else { return nil }
      return CreatePool.Input(name: name, owner: owner, enforcementPoint: gateway)
    }
    return try await call.perform({ _ in CreatePool(input: try body.get()) }) { pool in
      .created(pool.json).with(.location, "/v1/pools/\(pool.id)")
    }
  }

  static func listPools(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListPools(after: page.after, limit: page.limit + 1)
    }) { pools in
      try page.get().answer(pools, of: call.request, key: { $0.id.text }) { $0.json }
    }
  }

  static func createPoolKey(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      CreateKey(
        holder: .pool(try call.identifier("id", of: PoolKind.self, called: "pool")))
    }) { .created($0.credential.json(secret: $0.secret.text)) }
  }

  static func revokeKey(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      RevokeCredential(id: try call.identifier("id", of: KeyKind.self, called: "key").text)
    }) { _ in .noContent }
  }

  static func createGateway(_ call: Call) async throws -> Answer {
    let body = try call.body { body -> String? in body.required("name", .machineName) }
    return try await call.perform({ _ in CreateGateway(name: try body.get()) }) { output in
      .created([
        "id": JSON(output.gateway.id), "name": .string(output.gateway.name),
        "secret": .string(output.secret.text),
      ])
    }
  }

  static func listGateways(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListGateways(after: page.after, limit: page.limit + 1)
    }) { output in
      try page.get().answer(output.gateways, of: call.request, key: { $0.gateway.id.text }) {
        $0.gateway.json(standing: $0.standing, at: output.now)
      }
    }
  }

  static func createGatewayKey(_ call: Call) async throws -> Answer {
    try await call.perform({ _ in
      CreateKey(
        holder: .gateway(
          try call.identifier("id", of: GatewayKind.self, called: "gateway")))
    }) { .created($0.credential.json(secret: $0.secret.text)) }
  }
}
