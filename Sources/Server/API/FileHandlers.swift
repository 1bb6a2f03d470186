import Domain
import HTTP
import HTTPTypes
import Synchronization
import Workflow

/// Files beside a proposal: taken and given piece by piece.
enum FileHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(
      .post, "/v1/proposals/{id}/files", bodyBytesMax: AttachedFile.bytesMax, streaming: create),
    Endpoint(.get, "/v1/proposals/{id}/files", list),
    Endpoint(.get, "/v1/files/{id}", download),
  ]

  static func create(_ call: Call) async throws -> Answer {
    guard call.contentType == "application/octet-stream" else {
      throw MediaFailure.unsupported(accepted: "application/octet-stream")
    }
    let field = call.request.header(.disposition)
    let name = Result { () throws(InvalidBody) -> FileName in
      try ContentDisposition.name(in: field)
    }
    let upload = try await begin(call, name)
    do {
      let contents = try await take(call, to: upload)
      let answer = try await call.perform(
        { _ in
          UploadFile(proposal: try call.proposal(), name: try name.get(), contents: contents)
        }, caller: try call.streamingCaller(contents.digest)
      ) { file in .created(file.json).with(.location, "/v1/files/\(file.id)") }
      // The answer of a repeat is about the file that was sent before.
      if answer.isReplay { try await discard(upload, of: call) }
      return answer
    } catch {
      try await discard(upload, of: call)
      throw error
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { () throws(InvalidBody) -> Page in try Page(call.request) }
    return try await call.look({ _ in
      let proposal = try call.proposal()
      let page = try page.get()
      return ListFiles(proposal: proposal, after: page.after, limit: page.limit + 1)
    }) { files in
      try page.get().answer(files, of: call.request, key: { $0.id.text }, \.json)
    }
  }

  /// The bytes, for saving and not for looking at: whatever a file is, a browser runs none of it.
  static func download(_ call: Call) async throws -> Answer {
    let service = call.service
    return try await call.look({ _ in
      ShowFile(file: try call.identifier("id", of: FileKind.self, called: "file"))
    }) { file in
      let next = Mutex<Int64>(1)
      let source = BodySource(length: Int(file.size)) {
        let n = next.withLock { next in
          defer { next += 1 }
          return next
        }
        return n <= file.pieces ? try await service.piece(n, of: file) : nil
      }
      return Answer(200, body: .source(source, contentType: file.mediaType.rawValue))
        .with(.disposition, ContentDisposition.attachment(file.name))
        .with(.contentTypeOptions, "nosniff")
        .with(.securityPolicy, "default-src 'none'; sandbox")
        .with(.eTag, "\"\(file.digest)\"")
    }
  }

  /// Refuses whoever may not send files before their bytes are read.
  private static func begin(
    _ call: Call, _ name: Result<FileName, InvalidBody>
  ) async throws -> FileID {
    let began = Mutex<FileID?>(nil)
    _ = try await call.perform(
      { _ in BeginUpload(proposal: try call.proposal(), name: name) },
      caller: try call.streamingCaller(nil)
    ) { upload in
      began.withLock { $0 = upload }
      return .noContent
    }
    guard let upload = began.withLock({ $0 }) else {
      preconditionFailure("without a key nothing is replayed")
    }
    return upload
  }

  /// Keeps the pieces as they arrive: one at a time, each in a transaction of its own, so that a
  /// slow sender holds no connection of the database.
  private static func take(
    _ call: Call, to upload: FileID
  ) async throws -> UploadFile.Contents {
    guard let stream = call.request.stream else {
      preconditionFailure("the route streams")
    }
    var intake = UploadIntake()
    do {
      while let bytes = try await stream.next() {
        let first = intake.pieces
        for (offset, piece) in intake.take(bytes).enumerated() {
          try await append(piece, n: first + Int64(offset) + 1, to: upload, of: call)
        }
      }
    } catch is BodyStream.Cut {
      throw HTTPFailure.malformedMessage("it ends early")
    }
    if let rest = intake.takeRest() {
      try await append(rest, n: intake.pieces, to: upload, of: call)
    }
    return intake.contents(of: upload)
  }

  private static func append(
    _ piece: [UInt8], n: Int64, to upload: FileID, of call: Call
  ) async throws {
    try await call.service.performUnauthenticated(
      AppendPiece(piece, n: n, to: upload), method: .service, trace: nil)
  }

  private static func discard(_ upload: FileID, of call: Call) async throws {
    try await call.service.performUnauthenticated(
      DiscardUpload(upload), method: .service, trace: nil)
  }
}

extension Answer {
  fileprivate var isReplay: Bool { headers.contains { $0.name == .idempotencyReplayed } }
}

extension AttachedFile {
  fileprivate var json: JSON {
    [
      "id": JSON(id), "proposal": JSON(proposal), "name": .string(name.text),
      "sha256": JSON(digest), "size": JSON(size), "media_type": .string(mediaType.rawValue),
      "author": JSON(author), "created_at": JSON(createdAt),
    ]
  }
}
