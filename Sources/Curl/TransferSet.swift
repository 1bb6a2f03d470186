import CCurl
import Reactor

/// All fetches of one loop: carries readiness and time between the loop and libcurl. Belongs
/// to its loop.
final class TransferSet {
  /// How much later than libcurl's own time-out a transfer is ended from outside.
  private static let graceMilliseconds = 500

  private final class SocketWatch: ReadinessHandler {
    let descriptor: Int32
    unowned let owner: TransferSet
    var watch: Watch?

    init(_ descriptor: Int32, owner: TransferSet) {
      self.descriptor = descriptor
      self.owner = owner
    }

    func ready(_ events: Readiness) {
      var bits: Int32 = 0
      if events.contains(.readable) { bits |= Int32(CCURL_EVENT_IN) }
      if events.contains(.writable) { bits |= Int32(CCURL_EVENT_OUT) }
      if events.intersects(.failed) { bits |= Int32(CCURL_EVENT_ERROR) }
      owner.act(on: descriptor, bits)
    }
  }

  private let loop: EventLoop
  private var multi: UnsafeMutableRawPointer?
  private var transfers: [UnsafeMutableRawPointer: Transfer] = [:]
  private var watches: [Int32: SocketWatch] = [:]
  private var timer: LoopTimer?

  private static let isReady = ccurl_global_init() == 0

  /// nil when libcurl has no memory.
  init?(loop: EventLoop) {
    loop.preconditionOnLoop()
    self.loop = loop
    guard Self.isReady else { return nil }
    multi = ccurl_multi_new(
      Unmanaged.passUnretained(self).toOpaque(),
      { context, descriptor, what in
        TransferSet.from(context).changeSocket(descriptor, to: what)
      },
      { context, milliseconds in TransferSet.from(context).changeTimer(to: milliseconds) })
    guard multi != nil else { return nil }
  }

  /// Ends everything. The set is useless afterwards; without it libcurl's handle is leaked.
  func shutDown() {
    for transfer in Array(transfers.values) { end(transfer, .failure(.cancelled)) }
    guard let multi else { return }
    self.multi = nil
    ccurl_multi_free(multi)
    for watch in watches.values { if let watch = watch.watch { loop.unwatch(watch) } }
    watches = [:]
    if let timer { loop.cancel(timer) }
    timer = nil
  }

  func begin(_ transfer: Transfer, totalMilliseconds: Int) {
    guard let multi, ccurl_multi_add(multi, transfer.easy) == 0 else {
      return transfer.finish(.failure(.refused("libcurl does not take the request")))
    }
    transfers[transfer.easy] = transfer
    let deadline = MonotonicInstant.now()
      .advanced(byMilliseconds: totalMilliseconds + Self.graceMilliseconds)
    transfer.timer = loop.setTimer(at: deadline) { [unowned self, unowned transfer] in
      end(transfer, .failure(.timedOut))
    }
  }

  func cancel(_ transfer: Transfer) {
    end(transfer, .failure(.cancelled))
  }

  private func end(_ transfer: Transfer, _ outcome: Transfer.Outcome) {
    guard transfers.removeValue(forKey: transfer.easy) != nil, let multi else { return }
    if let timer = transfer.timer { loop.cancel(timer) }
    transfer.timer = nil
    let result = ccurl_multi_remove(multi, transfer.easy)
    precondition(result == 0, "a running transfer can be removed")
    transfer.finish(outcome)
  }

  private func act(on descriptor: Int32, _ events: Int32) {
    guard let multi else { return }
    // A descriptor that libcurl has closed since the event is none of its concern: not an error.
    _ = ccurl_multi_act(multi, descriptor, events)
    var code: Int32 = 0
    while let multi = self.multi, let easy = ccurl_multi_next_ended(multi, &code) {
      guard let transfer = transfers[easy] else { continue }
      end(transfer, transfer.outcome(code: code))
    }
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> TransferSet {
    guard let context else { preconditionFailure("libcurl lost the transfer set") }
    return Unmanaged<TransferSet>.fromOpaque(context).takeUnretainedValue()
  }

  private func changeSocket(_ descriptor: Int32, to what: Int32) {
    let existing = watches[descriptor]
    guard what & Int32(CCURL_POLL_REMOVE) == 0 else {
      watches[descriptor] = nil
      if let watch = existing?.watch { loop.unwatch(watch) }
      return
    }
    var interest: Interest = []
    if what & Int32(CCURL_POLL_IN) != 0 { interest.insert(.read) }
    if what & Int32(CCURL_POLL_OUT) != 0 { interest.insert(.write) }
    do {
      if let watch = existing?.watch {
        try loop.change(watch, to: interest)
      } else {
        let socket = SocketWatch(descriptor, owner: self)
        socket.watch = try loop.watch(
          descriptor, for: interest, trigger: .level, handler: socket)
        watches[descriptor] = socket
      }
    } catch {
      // The transfer does not move any more: its time-out ends it.
      watches[descriptor] = nil
    }
  }

  private func changeTimer(to milliseconds: Int64) {
    if let timer { loop.cancel(timer) }
    timer = nil
    guard milliseconds >= 0 else { return }
    // Never at once: libcurl must not be called from its own callback.
    let deadline = MonotonicInstant.now().advanced(byMilliseconds: Int(milliseconds))
    timer = loop.setTimer(at: deadline) { [unowned self] in
      timer = nil
      act(on: Int32(CCURL_SOCKET_TIMEOUT), 0)
    }
  }
}
