import Domain
import Synchronization
import Testing

/// Asks a service all the time whether it lives and whether it is ready.
final class Vigil: Sendable {
  struct Seen: Sendable {
    /// How often it was alive: always.
    var lives = 0
    var ready = 0
    var unready = 0
  }

  private let client: Client
  private let seen = Mutex(Seen())
  private let isOver = Mutex(false)
  private static let pauseMilliseconds = 10

  init(_ client: Client) { self.client = client }

  var counts: Seen { seen.withLock { $0 } }

  func keeping(while body: () async throws -> Void) async throws {
    async let life: Void = askLife()
    async let readiness: Void = askReadiness()
    let result: Result<Void, any Error>
    do { result = .success(try await body()) } catch { result = .failure(error) }
    isOver.withLock { $0 = true }
    try await life
    try await readiness
    try result.get()
  }

  private func askLife() async throws {
    while !isOver.withLock({ $0 }) {
      #expect(try await client.get("/livez").status == 200)
      seen.withLock { $0.lives += 1 }
      await Client.pause(milliseconds: Vigil.pauseMilliseconds)
    }
  }

  private func askReadiness() async throws {
    while !isOver.withLock({ $0 }) {
      let reply = try await client.get("/readyz")
      if reply.status == 200 {
        seen.withLock { $0.ready += 1 }
      } else {
        #expect(try reply.problem(503, reply.json["code"].text ?? "")["code"] != .null)
        #expect(reply.field("Retry-After") != nil)
        seen.withLock { $0.unready += 1 }
      }
      await Client.pause(milliseconds: Vigil.pauseMilliseconds)
    }
  }
}
