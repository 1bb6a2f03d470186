import Domain
import Foundation
import Synchronization
import Testing
import Tokens

/// An enforcement point as docs/enforcement-points.md says that one is written, on nothing but the
/// API. It sends nothing on: it says what it would do.
final class ReferencePoint: Sendable {
  enum Verdict: Hashable, Sendable {
    case honoured
    /// Its copy of the epoch events is too old.
    case stale
    /// Its clock is not known well enough.
    case clockUnknown
    case invalid
    case notInForce
    case termReplaced
    /// By this event.
    case revoked(Int64)
    case notCovered
  }

  /// What it is asked to let through.
  struct Attempt: Sendable {
    var method = "GET"
    let host: String
    var path = "/"
  }

  /// One epoch event, as far as it matters here.
  private struct Stop: Sendable {
    let epoch: Int64
    let covers: JSON
    let heardAt: ContinuousClock.Instant
  }

  private struct State: Sendable {
    var stops: [Stop] = []
    /// The number to ask with.
    var epoch: Int64?
    /// When the last complete answer was asked for.
    var copyOf: ContinuousClock.Instant?
    /// The newest term seen of each lease.
    var terms: [LeaseID: Int64] = [:]
    var keys: [String: VerifyingKey] = [:]
    var clock: (aheadMicroseconds: Int64, uncertaintyMilliseconds: Int64)?
  }

  static let copyMax = Duration.seconds(15)
  static let waitSeconds = 10
  /// No token lives longer than five minutes.
  static let stopsKept = Duration.seconds(330)
  /// A full answer may have more behind it.
  static let eventsMax = 1_000
  /// Half of the guard.
  static let uncertaintyMillisecondsMax: Int64 = 1_500

  let audience: String
  private let client: Client
  private let state = Mutex(State())

  init(audience: String, client: Client) {
    self.audience = audience
    self.client = client
  }

  // MARK: Following

  /// Keeps the copy fresh until the task is cancelled.
  func follow() async {
    while !Task.isCancelled {
      do {
        if try await !ask() { await Client.pause(milliseconds: 250) }
      } catch {
        // Nobody answers: the copy gets older, and in the end everything is refused.
        await Client.pause(milliseconds: 250)
      }
    }
  }

  /// One question; whether it was answered.
  private func ask() async throws -> Bool {
    let asked = ContinuousClock.now
    // A copy that was too old is taken anew, whole.
    let epoch = state.withLock { state in
      state.copyOf.map { $0.duration(to: asked) <= Self.copyMax } ?? false ? state.epoch : nil
    }
    let query = epoch.map { "?since=\($0)&wait_seconds=\(Self.waitSeconds)" } ?? ""
    let reply = try await client.get("/v1/revocations\(query)")
    guard reply.status == 200 else { return false }
    let answer = try reply.json
    let events = answer["epoch_events"].elements
    let next = try answer["next"].requiredInteger
    let stops = try events.map {
      Stop(epoch: try $0["epoch"].requiredInteger, covers: $0["covers"], heardAt: .now)
    }
    state.withLock { state in
      state.stops.removeAll { $0.heardAt.duration(to: asked) > Self.stopsKept }
      state.stops += stops
      state.epoch = next
      if events.count < Self.eventsMax { state.copyOf = asked }
    }
    return true
  }

  /// Takes the keys and measures the clock.
  func prepare() async throws {
    let set = try await client.get("/.well-known/jwks.json").json(200)
    let keys = set["keys"].elements.compactMap { VerifyingKey(jwk: $0) }
    let sent = Content.now
    let reading = try await client.get("/v1/time").json(200)
    let received = Content.now
    let roundTrip = received.microseconds(since: sent)
    let now = try #require(Timestamp(try reading["now"].requiredText))
    let middle = sent.adding(microseconds: roundTrip / 2)
    let uncertainty =
      try reading["uncertainty_ms"].requiredInteger + roundTrip / 2_000 + 1
    state.withLock { state in
      state.keys = Dictionary(keys.map { ($0.kid, $0) }, uniquingKeysWith: { $1 })
      state.clock = (middle.microseconds(since: now), uncertainty)
    }
  }

  /// How old the copy is.
  var age: Duration? { state.withLock { $0.copyOf }?.duration(to: .now) }

  // MARK: Judging

  /// What it would do with a request that comes with this token, in the order of the document.
  func judge(_ token: String, _ attempt: Attempt) -> Verdict {
    state.withLock { state in
      guard let copyOf = state.copyOf, copyOf.duration(to: .now) <= Self.copyMax else {
        return .stale
      }
      guard let clock = state.clock,
        clock.uncertaintyMilliseconds <= Self.uncertaintyMillisecondsMax
      else { return .clockUnknown }
      let claims: LeaseClaims
      do {
        claims = try LeaseToken.verified(token, keys: state.keys)
      } catch {
        return .invalid
      }
      guard claims.audience == audience else { return .invalid }
      let now = Content.now.adding(microseconds: -clock.aheadMicroseconds)
      guard claims.notBefore <= now.seconds, now.seconds < claims.expiresAt else {
        return .notInForce
      }
      guard claims.term >= state.terms[claims.lease] ?? 0 else { return .termReplaced }
      let stop = state.stops.last { $0.epoch > claims.epoch && Self.covers($0.covers, claims) }
      if let stop { return .revoked(stop.epoch) }
      guard claims.hosts.contains(attempt.host), claims.methods.contains(attempt.method),
        claims.pathPrefixes.contains(where: attempt.path.hasPrefix)
      else { return .notCovered }
      state.terms[claims.lease] = claims.term
      return .honoured
    }
  }

  /// Every list that is there has to name the token.
  private static func covers(_ covers: JSON, _ claims: LeaseClaims) -> Bool {
    covers.members.allSatisfy { list in
      let names = list.value.elements.compactMap(\.text)
      switch list.name {
      case "proposals": return names.contains(claims.proposal.text)
      case "grants": return names.contains(claims.grant.text)
      case "workers": return names.contains(claims.worker.text)
      case "hosts":
        return names.contains { name in
          claims.hosts.contains { $0 == name || $0.hasSuffix("." + name) }
        }
      // A kind of list that it does not know yet: in doubt it is covered.
      default: return true
      }
    }
  }
}
