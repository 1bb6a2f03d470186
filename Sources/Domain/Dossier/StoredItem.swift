/// An item of a dossier as it is kept.
package struct StoredItem: Hashable, Sendable {
  /// Which of all items; for people and paths.
  package let n: Int64
  package let host: String
  package let kind: DossierItem.Kind
  /// Canonical JSON of everything but the content.
  package let record: [UInt8]
  package let recordDigest: Digest
  package let contentDigest: Digest
  /// The event that has both digests.
  package let event: EventID
  /// Nil where it was not asked for.
  package let content: [UInt8]?

  package init(
    n: Int64, host: String, kind: DossierItem.Kind, record: [UInt8], recordDigest: Digest,
    contentDigest: Digest, event: EventID, content: [UInt8]?
  ) {
    self.n = n
    self.host = host
    self.kind = kind
    self.record = record
    self.recordDigest = recordDigest
    self.contentDigest = contentDigest
    self.event = event
    self.content = content
  }

  /// What came of the fetch and with which status, as the record has it.
  package var outcome: (outcome: SiteAnswer.Outcome, status: Int64?)? {
    guard let json = parsedRecord, case .string(let text)? = json["outcome"],
      let outcome = SiteAnswer.Outcome(rawValue: text)
    else { return nil }
    guard case .number(let number)? = json["status"] else { return (outcome, nil) }
    return (outcome, number.int64)
  }

  /// The record as a document; nil for bytes that are none.
  package var parsedRecord: JSONObject? {
    do throws(JSONParseError) {
      guard case .object(let object) = try JSONParser.parse(record) else { return nil }
      return object
    } catch {
      return nil
    }
  }
}
