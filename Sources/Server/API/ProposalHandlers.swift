import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Proposals and their revisions.
enum ProposalHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.get, "/v1/proposals", list),
    Endpoint(.post, "/v1/proposals", create),
    Endpoint(.get, "/v1/proposals/{id}", show),
    Endpoint(.get, "/v1/proposals/{id}/revisions", revisions),
    Endpoint(.post, "/v1/proposals/{id}/revisions", revise),
    Endpoint(.get, "/v1/proposals/{id}/revisions/{n}", revision),
    Endpoint(.get, "/v1/proposals/{id}/revisions/{n}/diff", diff),
  ]

  /// The media type of the exact bytes of a revision.
  static let revisionMediaType = "application/vnd.countersign.revision+json"

  static func create(_ call: Call) async throws -> Answer {
    let document = try call.contentDocument()
    defer { call.service.fetcher?.wake() }
    return try await call.perform({ _ in CreateProposal(document: document) }) { output in
      Answer.created([
        "id": JSON(output.proposal.id), "number": JSON(output.proposal.number),
        "status": "draft", "revision": 1, "digest": JSON(output.digest),
      ]).with(.location, "/v1/proposals/\(output.proposal.id)")
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let asked = Result { () throws(InvalidBody) -> Asked in try Asked(call) }
    return try await call.look({ _ in
      let asked = try asked.get()
      return ListProposals(
        filter: asked.filter, awaiting: asked.awaiting, before: asked.before,
        limit: asked.page.limit + 1)
    }) { proposals in
      try asked.get().page.answer(
        proposals, of: call.request, key: { String($0.number) }, \.json)
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowProposal(proposal: try call.proposal()) }) {
      .ok($0.json)
    }
  }

  static func revisions(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      let page = try page.get()
      return ListRevisions(
        proposal: proposal, after: try page.afterNumber(), limit: page.limit + 1)
    }) { revisions in
      try page.get().answer(
        revisions, of: call.request, key: { String($0.n) }, \.summaryJSON)
    }
  }

  static func revise(_ call: Call) async throws -> Answer {
    let document = try call.contentDocument()
    defer { call.service.fetcher?.wake() }
    return try await call.perform({ _ in
      AddRevision(proposal: try call.proposal(), document: document)
    }) { output in
      Answer.created([
        "id": JSON(output.id), "n": JSON(output.n), "digest": JSON(output.digest),
      ]).with(.location, "/v1/proposals/\(output.proposal.id)/revisions/\(output.n)")
    }
  }

  static func revision(_ call: Call) async throws -> Answer {
    let wantsBytes = call.request.header(.accept)?.contains(revisionMediaType) ?? false
    return try await call.look({ _ in
      ShowRevision(proposal: try call.proposal(), n: call.revisionNumber)
    }) { revision in
      wantsBytes
        ? Answer(200, body: .bytes(revision.bytes, contentType: revisionMediaType))
        : .ok(try revision.json())
    }
  }

  static func diff(_ call: Call) async throws -> Answer {
    let against = Result { () throws(InvalidBody) -> Int64? in
      try call.query("against", "the number of a revision") { Int64(digits: $0.utf8) }
    }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      return DiffRevisions(
        proposal: proposal, n: call.revisionNumber, against: try against.get())
    }) { .ok($0.json) }
  }

  /// What the query of a list asks for.
  private struct Asked {
    let filter: ProposalFilter
    let awaiting: ListProposals.Awaiting
    let page: Page
    let before: Int64?

    init(_ call: Call) throws(InvalidBody) {
      let statuses = Set(
        RoundState.allCases.map(\.rawValue) + GrantState.allCases.map(\.rawValue) + ["locked"])
      let words = try call.query("q", "1 to 200 characters") { text in
        (1...200).contains(text.unicodeScalars.count)
          ? text.split(separator: " ").map(String.init) : nil
      }
      filter = ProposalFilter(
        status: try call.query("status", "a status") { statuses.contains($0) ? $0 : nil },
        site: try call.query("site", "a host", Host.init(query:)),
        owner: try call.query("owner", "the id of a person") { PersonID($0) },
        awaiting: nil, tier: try call.query("tier", "T0 to T4") { Tier($0) },
        words: words ?? [])
      let me = try call.query("awaiting", "me") { $0 == "me" ? $0 : nil }
      awaiting = me == nil ? .anybody : .me
      page = try Page(call.request)
      before = try page.afterNumber()
    }
  }
}

extension Host {
  /// A host in a query; nil for anything else.
  init?(query text: String) {
    do throws(HostError) {
      try self.init(text)
    } catch {
      return nil
    }
  }
}
