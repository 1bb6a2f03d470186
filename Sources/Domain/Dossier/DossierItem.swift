/// One thing that was fetched for a revision, with how it was got.
package struct DossierItem: Hashable, Sendable {
  package enum Kind: String, Hashable, Sendable, CaseIterable {
    case robots, terms, tdmrep
    case securityTxt = "security_txt"
    case responseTime = "response_time"

    /// The longest content that is kept.
    package var contentBytesMax: Int {
      switch self {
      case .robots: RobotsFile.bytesMax
      case .terms: 1 << 20
      case .tdmrep, .securityTxt: 1 << 16
      case .responseTime: 0
      }
    }
  }

  package let host: Host
  package let kind: Kind
  /// The one asked for; where it led to stands in the answer.
  package let url: String
  package let answer: SiteAnswer
  package let fetchedAt: Timestamp

  package init(
    host: Host, kind: Kind, url: String, answer: SiteAnswer, fetchedAt: Timestamp
  ) {
    self.host = host
    self.kind = kind
    self.url = url
    self.answer = answer
    self.fetchedAt = fetchedAt
  }

  /// Header fields that are kept beside the content.
  static let fieldsKept: Set<String> = [
    "age", "cache-control", "content-encoding", "content-language", "content-length",
    "content-type", "date", "etag", "expires", "last-modified", "location", "retry-after",
    "server", "tdm-policy", "tdm-reservation", "x-robots-tag",
  ]
  /// The longest value of a field, and of a URL, that is kept.
  static let textBytesMax = 2_048

  /// Everything but the content, in the canonical profile: its bytes are kept and hashed.
  ///
  /// - Parameter content: the content's hash.
  package func record(content digest: Digest) -> JSON {
    var object: JSONObject = [
      "schema": "countersign.dossier-item/v1", "host": .string(host.text),
      "kind": .string(kind.rawValue), "url": .string(DossierItem.kept(url)),
      "fetched_at": JSON(fetchedAt), "elapsed_ms": JSON(answer.elapsedMilliseconds),
      "outcome": .string(answer.outcome.rawValue),
      "hops": .array(
        answer.hops.map {
          [
            "url": .string(DossierItem.kept($0.url)), "status": JSON($0.status),
            "address": .string($0.address),
          ]
        }),
      "fields": .array(
        answer.fields.filter { DossierItem.fieldsKept.contains($0.name.lowercased()) }.map {
          [
            "name": .string($0.name.lowercased()), "value": .string(DossierItem.kept($0.value)),
          ]
        }),
      "content": [
        "sha256": JSON(digest), "bytes": JSON(answer.content.count),
        "truncated": .bool(answer.isCut),
      ],
    ]
    object["status"] = answer.status.map { JSON($0) }
    object["address"] = answer.hops.last.map { .string($0.address) }
    return .object(object)
  }

  /// Servers send any bytes: control characters are left out, and what is too long is cut.
  private static func kept(_ text: String) -> String {
    let isLong = text.utf8.count > textBytesMax
    let scalars = text.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }
    return String(
      String.UnicodeScalarView(isLong ? Array(scalars.prefix(textBytesMax / 4)) : Array(scalars)))
  }
}

/// An item with the hashes of its content and of its record (Domain knows no hash function).
package struct HashedItem: Hashable, Sendable {
  package let item: DossierItem
  package let record: ContentBytes
  package let content: Digest

  package init(item: DossierItem, record: ContentBytes, content: Digest) {
    self.item = item
    self.record = record
    self.content = content
  }
}

/// What was fetched of one host for one revision, at one go.
package struct DossierEntry: Hashable, Sendable {
  package let revision: RevisionID
  package let host: Host
  package let items: [HashedItem]

  /// Items become part of the dossier; the log says which bytes they were.
  package static func recorded(
    _ items: [HashedItem], of host: Host, for revision: RevisionRecord, by actor: Actor,
    at now: Timestamp
  ) -> Ruling<DossierEntry> {
    Ruling(
      DossierEntry(revision: revision.id, host: host, items: items),
      LogEntry(
        .dossierRecorded, stream: StreamID(revision.proposal),
        object: EventObject(
          "proposal", revision.proposal.text, revision: Int(revision.n),
          digest: revision.digest),
        by: actor, at: now,
        detail: [
          "host": .string(host.text),
          "items": .array(
            items.map { hashed in
              [
                "kind": .string(hashed.item.kind.rawValue),
                "outcome": .string(hashed.item.answer.outcome.rawValue),
                "record_sha256": JSON(hashed.record.digest),
                "content_sha256": JSON(hashed.content),
              ]
            }),
        ]))
  }
}
