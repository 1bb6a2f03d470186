import Domain

/// Where a token key stands, for whoever turns keys over.
enum KeyState: Hashable {
  /// A file that no service has registered.
  case unregistered
  case announced(signsFrom: Timestamp)
  /// Of this folder's keys it is the one that signs.
  case signing
  /// May sign, but another one of the folder does, or its folder is elsewhere.
  case published
  case retired(publishedUntil: Timestamp)
  /// Not even its tokens count any more: the file can go.
  case over

  init(_ key: PublishedKey?, turn: KeyTurn) {
    guard let key else {
      self = .unregistered
      return
    }
    if let retirement = key.retirement {
      self =
        key.isPublished(at: turn.at)
        ? .retired(publishedUntil: retirement.publishedUntil) : .over
    } else if key.kid == turn.signer?.kid {
      self = .signing
    } else {
      self = key.maySign(at: turn.at) ? .published : .announced(signsFrom: key.signsFrom)
    }
  }

  /// The word for programs, and the instant that it has.
  var word: (name: String, at: Timestamp?) {
    switch self {
    case .unregistered: ("unregistered", nil)
    case .announced(let signsFrom): ("announced", signsFrom)
    case .signing: ("signing", nil)
    case .published: ("published", nil)
    case .retired(let publishedUntil): ("retired", publishedUntil)
    case .over: ("over", nil)
    }
  }

  var text: String {
    switch self {
    case .announced(let at): "signs from \(JSON.readableTime(at.description))"
    case .retired(let at): "retired, published until \(JSON.readableTime(at.description))"
    default: word.name
    }
  }
}
