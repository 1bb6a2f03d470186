package import Domain
import Ledger
import Postgres
import Store

/// A content as it arrived, not yet read: reading needs ids and sites from the database.
package struct ContentDocument: Sendable {
  package enum Form: Sendable {
    /// `{"content": {…}}`, typed as JSON.
    case body
    /// The content itself, every scalar a string.
    case file
  }

  package let json: JSON
  package let form: Form

  package init(json: JSON, form: Form) {
    self.json = json
    self.form = form
  }

  /// Reads the content against the policy in force; `InvalidBody` names every pointer.
  func content(
    by act: Act, questions: [Question], in tx: borrowing Transaction
  ) async throws -> ProposalContent {
    let mentions = ContentMentions(in: contentPart)
    let context = ContentContext(
      origin: try await origin(of: mentions, by: act, in: tx), suffixes: act.service.suffixes,
      zones: act.service.zones, questions: questions)
    switch form {
    case .file: return try ProposalContent.read(json, typing: .byField, in: context)
    case .body:
      return try JSONReader.read(json) { body in
        body.required("content", ProposalContent.field(in: context))
      }
    }
  }

  private var contentPart: JSON {
    guard form == .body, case .object(let body) = json else { return json }
    return body["content"] ?? .null
  }

  private func origin(
    of mentions: ContentMentions, by act: Act, in tx: borrowing Transaction
  ) async throws -> ContentContext.Origin {
    var people = try await PeopleStore.ids(
      ofEmails: mentions.people.filter { $0.contains("@") }.sorted(), in: tx)
    let ids = mentions.people.compactMap { PersonID($0) }
    for id in try await SignerStore.find(ids, in: tx).keys { people[id.text] = id }
    var pools = try await PoolStore.ids(ofNames: mentions.pools.sorted(), in: tx)
    for id in mentions.pools.compactMap({ PoolID($0) }) {
      if let pool = try await PoolStore.find(id, in: tx) { pools[id.text] = pool.id }
    }
    let sites = SiteMap(
      try await SiteStore.at(mentions.hosts, in: tx), suffixes: act.service.suffixes)
    return .caller(people: people, pools: pools, site: { sites.innermost(of: $0) })
  }
}

extension ContentBytes {
  /// The canonical bytes of a content and their digest.
  init(of content: ProposalContent) throws {
    let bytes = try content.json.canonicalBytes()
    self.init(bytes: bytes, digest: Digest.sha256(of: bytes))
  }
}

extension RevisionRecord {
  /// The content of the stored bytes.
  func content(by act: Act, questions: [Question]) throws -> ProposalContent {
    let context = ContentContext(
      origin: .revision, suffixes: act.service.suffixes, zones: act.service.zones,
      questions: questions)
    return try ProposalContent.read(JSONParser.parse(bytes), in: context)
  }
}
