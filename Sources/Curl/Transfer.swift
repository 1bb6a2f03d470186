import CCurl
import Reactor

/// One running fetch: the handle of libcurl and what has arrived. Belongs to its loop.
final class Transfer {
  typealias Outcome = Result<FetchResponse, FetchError>

  let easy: UnsafeMutableRawPointer
  /// Fires when libcurl has missed its own time-out.
  var timer: LoopTimer?
  private let request: FetchRequest
  private let errorText: UnsafeMutablePointer<CChar>
  private var fieldList: UnsafeMutableRawPointer?
  private var fields: [FetchField] = []
  private var body: [UInt8] = []
  private var headBytes = 0
  private var excess: FetchError?
  private var finished: ((Outcome) -> Void)?

  /// nil when libcurl has no memory or does not take the request.
  init?(_ request: FetchRequest, finished: @escaping (Outcome) -> Void) {
    guard let easy = ccurl_easy_new() else { return nil }
    self.easy = easy
    self.request = request
    self.finished = finished
    errorText = .allocate(capacity: Int(CCURL_ERROR_SIZE))
    errorText.initialize(repeating: 0, count: Int(CCURL_ERROR_SIZE))
    guard configure() else { return nil }
  }

  deinit {
    ccurl_easy_free(easy)
    if let fieldList { ccurl_list_free(fieldList) }
    errorText.deallocate()
  }

  /// Gives the outcome to the one who waits, once.
  func finish(_ outcome: Outcome) {
    let finished = finished
    self.finished = nil
    finished?(outcome)
  }

  /// What libcurl's result code means.
  func outcome(code: Int32) -> Outcome {
    if let excess { return .failure(excess) }
    switch code {
    case 0:
      let status = Int(ccurl_easy_status(easy))
      let address = String(cString: ccurl_easy_address(easy))
      return .success(
        FetchResponse(status: status, fields: fields, body: body, address: address))
    case Int32(CCURL_COULDNT_CONNECT): return .failure(.notConnected(text(of: code)))
    case Int32(CCURL_OPERATION_TIMEDOUT):
      let wasConnected = ccurl_easy_was_connected(easy) != 0
      return .failure(wasConnected ? .timedOut : .notConnected(text(of: code)))
    case Int32(CCURL_UNSUPPORTED_PROTOCOL), Int32(CCURL_URL_MALFORMAT):
      return .failure(.refused(text(of: code)))
    default: return .failure(.unreachable(text(of: code)))
    }
  }

  private func text(of code: Int32) -> String {
    if errorText[0] != 0 { return String(cString: errorText) }
    return String(cString: ccurl_error_text(code))
  }

  private func configure() -> Bool {
    let context = Unmanaged.passUnretained(self).toOpaque()
    let results = [
      ccurl_easy_set_url(easy, request.url),
      setMethod(), pin(),
      ccurl_easy_set_times(easy, request.connectMilliseconds, request.totalMilliseconds),
      ccurl_easy_set_callbacks(
        easy, context,
        { context, bytes, count in
          Transfer.from(context).receiveField(UnsafeBufferPointer(start: bytes, count: count))
        },
        { context, bytes, count in
          Transfer.from(context).receiveContent(UnsafeBufferPointer(start: bytes, count: count))
        }, errorText),
    ]
    return results.allSatisfy { $0 == 0 } && setFields()
  }

  private func pin() -> Int32 {
    guard let address = request.pinned else { return 0 }
    return ccurl_easy_pin(easy, address.family, address.bytes, address.urlText)
  }

  private func setMethod() -> Int32 {
    guard let body = request.body else {
      return ccurl_easy_set_method(easy, request.method, nil, 0)
    }
    // An empty array has no address, which would mean no content at all.
    let bytes = body.isEmpty ? [0] : body
    return ccurl_easy_set_method(easy, request.method, bytes, body.count)
  }

  private func setFields() -> Bool {
    // libcurl adds a form's content type unless it is told not to.
    let hasContentType = request.fields.contains { $0.name.lowercased() == "content-type" }
    var lines = request.fields.map { field in
      field.value.isEmpty ? "\(field.name);" : "\(field.name): \(field.value)"
    }
    if !hasContentType { lines.append("Content-Type:") }
    for line in lines {
      guard let longer = ccurl_list_append(fieldList, line) else { return false }
      fieldList = longer
    }
    return ccurl_easy_set_fields(easy, fieldList) == 0
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> Transfer {
    guard let context else { preconditionFailure("libcurl lost the transfer") }
    return Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
  }

  private func receiveField(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    headBytes += bytes.count
    guard headBytes <= FetchRequest.headBytesMax else {
      excess = .tooLarge(bytesMax: FetchRequest.headBytesMax)
      return 0
    }
    // A status line begins another head: the one before was interim.
    if bytes.starts(with: "HTTP/".utf8) {
      fields = []
    } else if let colon = bytes.firstIndex(of: 0x3A) {
      let name = String(decoding: bytes[..<colon], as: UTF8.self)
      let value = Self.trimmed(bytes[(colon + 1)...])
      fields.append(
        FetchField(name: name, value: String(decoding: value, as: UTF8.self)))
    }
    return bytes.count
  }

  private static func trimmed(
    _ bytes: Slice<UnsafeBufferPointer<UInt8>>
  ) -> Slice<UnsafeBufferPointer<UInt8>> {
    var rest = bytes
    while let last = rest.last, last <= 0x20 { rest.removeLast() }
    while let first = rest.first, first <= 0x20 { rest.removeFirst() }
    return rest
  }

  private func receiveContent(_ bytes: UnsafeBufferPointer<UInt8>) -> Int {
    guard bytes.count <= request.contentBytesMax - body.count else {
      excess = .tooLarge(bytesMax: request.contentBytesMax)
      return 0
    }
    body.append(contentsOf: bytes)
    return bytes.count
  }
}
