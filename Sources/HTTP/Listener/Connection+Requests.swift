import HTTPTypes
import Reactor

/// From a head to its answer.
extension Connection {
  /// A head is complete: finds its route, whose limit bounds the body.
  func receive(_ head: RequestHead, isBodyAwaited: Bool) {
    machine.headReceived(head.framing, keepsAlive: head.keepsAlive, at: now)
    let resolution = owner.router.resolve(head)
    current = Current(
      head: head, id: RequestIDs.given(by: head) ?? owner.nextRequestID(),
      resolution: resolution, start: now)
    if case .route(let route, _, _) = resolution { parser.bodyBytesMax = route.bodyBytesMax }
    if case .length(let length) = head.framing, length > parser.bodyBytesMax { return }
    if case .route(let route, let parameters, _) = resolution,
      case .streaming(let handler) = route.endpoint
    {
      return stream(to: handler, route: route, parameters)
    }
    guard head.expectsContinue else { return }
    if case .failure(let failure) = resolution {
      // The client may or may not send its body now, so nothing behind it can be trusted.
      return answer(failure, isFault: true)
    }
    if isBodyAwaited { send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), []) }
  }

  /// A request is complete: it is answered, now or later.
  func receive(_ body: [UInt8]) {
    switch current?.resolution {
    case nil: preconditionFailure("a body comes after its head")
    case .failure(let failure): answer(failure, isFault: false)
    case .options(let allow): answer(owner.router.optionsResponse(allow: allow))
    case .route(let route, _, _) where current?.stream != nil: finishStream(body, route)
    case .route(let route, let parameters, _):
      if case .fixed(let response) = route.endpoint { return answer(response) }
      current?.bodyBytes = body.count
      answer(request(with: body, parameters), on: route)
    }
  }

  func request(with body: [UInt8], _ parameters: [PathParameter]) -> Request {
    guard let current else { preconditionFailure("a body comes after its head") }
    var request = Request(head: current.head, body: body, id: current.id, peer: peer)
    request.pathParameters = parameters
    return request
  }

  private func answer(_ request: Request, on route: Route) {
    switch route.endpoint {
    case .fixed(let response): answer(response)
    case .immediate(let handler): answer(handler(request))
    case .recalling(let recall, let handler):
      if let response = recall(request) { return answer(response) }
      run(handler, with: request, route: route)
    case .waiting(let handler): run(handler, with: request, route: route)
    case .streaming: preconditionFailure("a streaming handler begins behind the head")
    }
  }

  private func run(_ handler: @escaping Route.Handler, with request: Request, route: Route) {
    let lane = owner.router.lane(request)
    guard owner.beginHandler(lane) else { return answer(.overloaded, isFault: false) }
    machine.handlerBegun(timeoutSeconds: route.timeoutSeconds, at: now)
    let serial = machine.requestCount
    let connection = LoopBound(self, to: owner.loop)
    let task = owner.loop.spawn {
      let response = await handler(request)
      connection.value.finish(response, serial: serial, lane)
    }
    // A handler that did not wait has been answered already.
    if isHandling(serial) { handlerTask = task }
  }

  func isHandling(_ serial: Int) -> Bool {
    machine.state == .handling && machine.requestCount == serial
  }

  private func finish(_ response: Response, serial: Int, _ lane: RequestLane) {
    owner.endHandler(lane)
    // Too late: the connection is closed, or the time-out was answered.
    guard isHandling(serial) else { return }
    handlerTask = nil
    answer(response)
    proceed()
  }

  /// The handler's time is over. It may take no notice of its cancellation; its answer is
  /// dropped then.
  func cancelHandler() {
    endStream()
    handlerTask?.cancel()
    handlerTask = nil
    answer(.handlerTimedOut, isFault: true)
  }

  /// Answers a failure; behind a fault in the message itself the connection is closed.
  func answer(_ failure: HTTPFailure, isFault: Bool) {
    endStream()
    // Whoever took its content hears of the end there, and is left to clean up.
    if current?.stream != nil { handlerTask = nil }
    let id = current?.id ?? owner.nextRequestID()
    answer(owner.router.response(to: failure, requestID: id), id: id, isFault: isFault)
  }

  func answer(_ response: Response) {
    answer(response, id: current?.id ?? "", isFault: false)
  }

  func answer(_ response: Response, id: String, isFault: Bool) {
    let closes = machine.answerBegun(toFault: isFault, at: now)
    let context = ResponseContext(
      minorVersion: current?.head.minorVersion ?? 1, isHead: current?.head.method == .head,
      closes: closes, requestID: id, date: owner.dateBytes())
    var response = response
    var head = owner.takeHeadBuffer()
    if !ResponseEncoder.encodeHead(of: response, context, into: &head) {
      response = owner.router.response(to: .responseInvalid, requestID: id)
      if !ResponseEncoder.encodeHead(of: response, context, into: &head) {
        response = Response(status: .internalServerError)
        let isEncoded = ResponseEncoder.encodeHead(of: response, context, into: &head)
        precondition(isEncoded, "an answer without fields can be sent")
      }
    }
    let sendsContent = ResponseEncoder.sendsContent(of: response, context)
    answered = (response.status.code, sendsContent ? response.length : 0, id)
    if sendsContent, let source = response.source, source.length > 0 {
      outgoing = Outgoing(source: source)
    }
    send(head, sendsContent ? response.body : [])
    owner.giveBack(&head)
  }

  /// Writes the access log's line for the current request.
  func logAnswer() {
    let request = current.take()
    let result = answered.take() ?? (status: 499, bodyBytes: 0, id: request?.id ?? "-")
    let microseconds = MonotonicInstant.now().microseconds(since: request?.start ?? now)
    owner.meter.answered(
      result.status, onRoute: request?.routePosition, microseconds: microseconds)
    guard let accessLog = owner.accessLog else { return }
    accessLog.add(
      AccessRecord(
        head: request?.head, status: result.status, bodyBytes: result.bodyBytes,
        microseconds: microseconds,
        requestID: result.id, peer: peer))
  }
}
