import Domain
import HTTP
import HTTPTypes
import Workflow

/// Remarks on a proposal, outside its digest.
enum NoteHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.post, "/v1/proposals/{id}/notes", create),
    Endpoint(.get, "/v1/proposals/{id}/notes", list),
  ]

  static func create(_ call: Call) async throws -> Answer {
    let text = try call.body { body in body.required("text", .prose(Note.charactersMax)) }
    return try await call.perform({ _ in
      AddNote(proposal: try call.proposal(), text: text)
    }) { .created($0.json) }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      let page = try page.get()
      return ListNotes(proposal: proposal, after: page.after, limit: page.limit + 1)
    }) { notes in
      try page.get().answer(notes, of: call.request, key: { $0.id.text }, \.json)
    }
  }
}

extension Note {
  fileprivate var json: JSON {
    [
      "id": JSON(id), "proposal": JSON(proposal), "author": JSON(author),
      "text": .string(text), "created_at": JSON(createdAt),
    ]
  }
}
