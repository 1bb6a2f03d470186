package import Reactor

/// Fetches over HTTP on one loop, with bounds on everything. Follows no redirects, uses no
/// proxy.
///
/// `@unchecked Sendable`: `transfers` is touched only on the loop's thread.
package final class HTTPFetcher: @unchecked Sendable {
  private let loop: EventLoop
  private var transfers: TransferSet?

  /// Makes a fetcher whose connections live on `loop`.
  package init(loop: EventLoop) {
    self.loop = loop
  }

  deinit {
    guard let transfers else { return }
    let bound = LoopBound(transfers, to: loop)
    loop.submit { bound.value.shutDown() }
  }

  /// Sends a request and waits for its whole answer, whatever its status. From any thread.
  package func fetch(_ request: FetchRequest) async throws(FetchError) -> FetchResponse {
    try request.check()
    let waiter = Waiter()
    let outcome = await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        let begin: @Sendable () -> Void = {
          self.begin(request, waiter) { continuation.resume(returning: $0) }
        }
        if loop.isCurrent { begin() } else { loop.submit(begin) }
      }
    } onCancel: {
      loop.submit { self.cancel(waiter) }
    }
    return try outcome.get()
  }

  /// One waiting task, so that its cancellation finds its transfer.
  ///
  /// `@unchecked Sendable`: touched only on the loop's thread.
  private final class Waiter: @unchecked Sendable {
    var isCancelled = false
    var transfer: Transfer?
  }

  private func begin(
    _ request: FetchRequest, _ waiter: Waiter,
    _ finished: @escaping (Transfer.Outcome) -> Void
  ) {
    guard !waiter.isCancelled else { return finished(.failure(.cancelled)) }
    if transfers == nil { transfers = TransferSet(loop: loop) }
    guard let transfers, let transfer = Transfer(request, finished: finished) else {
      return finished(.failure(.refused("libcurl does not take the request")))
    }
    waiter.transfer = transfer
    transfers.begin(transfer, totalMilliseconds: request.totalMilliseconds)
  }

  private func cancel(_ waiter: Waiter) {
    waiter.isCancelled = true
    guard let transfer = waiter.transfer else { return }
    transfers?.cancel(transfer)
  }
}
