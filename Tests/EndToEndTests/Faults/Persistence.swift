import CountersignTesting
import Curl
import Domain
import Foundation
import Synchronization
import Testing

/// Repeats a call, with the same Idempotency-Key or the same term, until its answer is definite;
/// tells the testimony of it. At times it asks once more what it knows already.
final class Persistence: Sendable {
  /// Where the service is now; waits while nothing serves.
  let address: @Sendable () async throws -> String
  private let traffic: Traffic
  private let testimony: Testimony
  private let random: Mutex<SeededRandom>
  private static let attemptsMax = 5_000

  init(
    traffic: Traffic, testimony: Testimony, seed: UInt64,
    address: @escaping @Sendable () async throws -> String
  ) {
    self.traffic = traffic
    self.testimony = testimony
    self.address = address
    random = Mutex(SeededRandom(seed: seed))
  }

  /// The definite answer.
  func reply(to request: Request) async throws -> Reply {
    var request = request
    if request.takesKey { request.fields.append((Request.keyField, UUID().uuidString)) }
    let reply = try await repeated(request)
    testimony.note(Testimony.Answer(request: request, reply: reply))
    if request.isRepeatable(after: reply), chance(of: 8) {
      let again = try await repeated(request)
      // A lease may run out between the two.
      let isSame = again.tells(theSameAs: reply) || again.isExpiredLease
      #expect(isSame, "\(request.path): \(reply.text), then \(again.text)")
    }
    return reply
  }

  private func repeated(_ request: Request) async throws -> Reply {
    var wasLost = false
    for _ in 0..<Persistence.attemptsMax {
      let address = try await address()
      traffic.note { $0.sent += 1 }
      let reply: Reply
      do {
        reply = try await Client.exchange(request, with: address)
      } catch {
        switch error {
        case .unreachable, .notConnected: break
        default: throw error
        }
        wasLost = true
        traffic.note { $0.lost += 1 }
        continue
      }
      if try isDefinite(reply) {
        note(reply, wasLost: wasLost, hasKey: request.key != nil)
        return reply
      }
      await Client.pause(milliseconds: random.withLock { Int.random(in: 5...50, using: &$0) })
    }
    throw Program.Failure(description: "no answer to \(request.method) \(request.path)")
  }

  /// Whether the caller knows now; what it must be told otherwise is checked here.
  private func isDefinite(_ reply: Reply) throws -> Bool {
    if reply.status == 503 {
      let code = try reply.json["code"].text ?? ""
      try reply.problem(503, code)
      #expect(["unavailable", "handler_timeout", "overloaded"].contains(code), "\(reply.text)")
      #expect(reply.field("Retry-After") != nil, "\(reply.text)")
      traffic.note { $0.unavailable += 1 }
      return false
    }
    if reply.status == 409, try reply.json["code"] == "idempotency_in_progress" {
      #expect(reply.field("Retry-After") != nil, "\(reply.text)")
      traffic.note { $0.inProgress += 1 }
      return false
    }
    #expect(reply.status < 500, "\(reply.text)")
    return true
  }

  private func note(_ reply: Reply, wasLost: Bool, hasKey: Bool) {
    let isReplayed = reply.field("Idempotency-Replayed") == "true"
    traffic.note { counts in
      counts.definite += 1
      guard wasLost, hasKey else { return }
      if isReplayed { counts.doneBeforeLoss += 1 } else { counts.doneAfterLoss += 1 }
    }
  }

  private func chance(of count: Int) -> Bool {
    random.withLock { Int.random(in: 0..<count, using: &$0) == 0 }
  }
}

extension Request {
  static let keyField = "Idempotency-Key"

  var key: String? { fields.first { $0.0 == Request.keyField }?.1 }

  /// Renewals and returns are told apart by their term, so that they need no key.
  var takesKey: Bool {
    method == "POST" && key == nil && !path.hasSuffix("/renewals") && !path.hasSuffix("/returns")
      && !path.hasSuffix("/introspections")
  }

  /// Whether a repeat must be told the same.
  func isRepeatable(after reply: Reply) -> Bool {
    method == "POST" && reply.isKept && (key != nil || reply.status < 300)
  }
}

extension Reply {
  /// Whether the service keeps it under the call's key: who calls is asked each time anew.
  var isKept: Bool { status != 401 }

  /// The same answer; the token of a lease is signed anew, and what counts from now goes on.
  func tells(theSameAs other: Reply) -> Bool {
    guard status == other.status else { return false }
    do {
      return try lasting(json) == lasting(other.json)
    } catch {
      return false
    }
  }

  private func lasting(_ json: JSON) -> JSON {
    let passing = [
      ["token"], ["server_time"], ["lease", "expires_in_ms"], ["lease", "renew_in_ms"],
      ["retry_after_seconds"],
    ]
    return passing.reduce(json) { $0.replacing($1[...], with: nil) }
  }
}
