/// A fleet of workers sharing credentials.
package struct Pool: Hashable, Sendable {
  package let id: PoolID
  package let name: String
  package let owner: PersonID
  /// Where its leases are enforced unless they name another; nil: by itself.
  package let enforcementPoint: GatewayID?
  package let createdAt: Timestamp

  package init(
    id: PoolID, name: String, owner: PersonID, enforcementPoint: GatewayID?,
    createdAt: Timestamp
  ) {
    self.id = id
    self.name = name
    self.owner = owner
    self.enforcementPoint = enforcementPoint
    self.createdAt = createdAt
  }

  package static func created(
    name: String, owner: PersonID, enforcementPoint: GatewayID?, by actor: Actor,
    at now: Timestamp
  ) -> Ruling<Pool> {
    let pool = Pool(
      id: PoolID.make(at: now), name: name, owner: owner, enforcementPoint: enforcementPoint,
      createdAt: now)
    var detail: JSONObject = ["name": .string(name), "owner": JSON(owner)]
    detail["enforcement_point"] = enforcementPoint.map { JSON($0) }
    return Ruling(
      pool,
      LogEntry(
        .poolCreated, stream: StreamID(pool.id), object: EventObject("pool", pool.id.text),
        by: actor, at: now, role: actor.person == nil ? nil : .administrator, detail: detail))
  }
}

/// An enforcement point: checks tokens and enforces leases. Its name is a token's `aud`.
package struct Gateway: Hashable, Sendable {
  package let id: GatewayID
  package let name: String
  package let createdAt: Timestamp

  package init(id: GatewayID, name: String, createdAt: Timestamp) {
    self.id = id
    self.name = name
    self.createdAt = createdAt
  }

  package static func created(
    name: String, by actor: Actor, at now: Timestamp
  ) -> Ruling<Gateway> {
    let gateway = Gateway(id: GatewayID.make(at: now), name: name, createdAt: now)
    return Ruling(
      gateway,
      LogEntry(
        .gatewayCreated, stream: StreamID(gateway.id),
        object: EventObject("gateway", gateway.id.text), by: actor, at: now,
        role: actor.person == nil ? nil : .administrator, detail: ["name": .string(name)]))
  }
}
