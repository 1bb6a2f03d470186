/// A document that a content names by its hash, and the file beside the proposal that has it.
package struct ReferencedDocument: Hashable, Sendable {
  /// Where the content names it.
  package let pointer: JSONPointer
  package let digest: Digest
  /// Nil when nobody has put it there.
  package let file: FileID?

  /// Every `sha256` of a content, in its order, with the files that are there.
  package static func all(
    in content: JSON, files: [Digest: FileID]
  ) -> [ReferencedDocument] {
    collect(content, at: .root).map { pointer, digest in
      ReferencedDocument(pointer: pointer, digest: digest, file: files[digest])
    }
  }

  private static func collect(
    _ value: JSON, at pointer: JSONPointer
  ) -> [(JSONPointer, Digest)] {
    switch value {
    case .object(let object):
      object.members.flatMap { member -> [(JSONPointer, Digest)] in
        let here = pointer.appending(member.name)
        if member.name == "sha256", case .string(let text) = member.value {
          return (Digest(text) ?? Digest("sha256:" + text)).map { [(here, $0)] } ?? []
        }
        return collect(member.value, at: here)
      }
    case .array(let values):
      values.enumerated().flatMap { collect($0.element, at: pointer.appending($0.offset)) }
    default: []
    }
  }
}
