import Reactor

/// What is still to be sent on one connection.
struct Output {
  private var head: [UInt8] = []
  private var body: [UInt8] = []
  private var sent = 0

  var isEmpty: Bool { sent == head.count + body.count }

  /// Bytes that are still to be sent.
  var unsentBytes: Int { head.count + body.count - sent }

  /// Keeps what of `newHead` and `newBody` was not sent at once. Nothing else may be waiting,
  /// except an interim answer.
  mutating func keep(
    _ newHead: [UInt8], _ newBody: [UInt8], alreadySent: Int
  ) {
    guard !isEmpty else {
      (head, body, sent) = (newHead, newBody, alreadySent)
      return
    }
    precondition(body.isEmpty && alreadySent == 0, "answers are sent one after another")
    head += newHead
    body = newBody
  }

  /// Sends as much as the kernel takes.
  mutating func send(to descriptor: Int32) -> Transfer {
    let headStart = min(sent, head.count)
    let bodyStart = sent - headStart
    let transfer = head.withUnsafeBytes { head in
      body.withUnsafeBytes { body in
        Socket.send(
          to: descriptor,
          head: UnsafeRawBufferPointer(rebasing: head[headStart...]),
          body: UnsafeRawBufferPointer(rebasing: body[bodyStart...]))
      }
    }
    if case .moved(let count) = transfer {
      sent += count
      if isEmpty { self = Output() }
    }
    return transfer
  }
}
