import Reactor

/// What of an answer's content is still to come.
struct Outgoing {
  let source: BodySource
  /// Bytes asked for and handed to the output.
  var sentBytes = 0
  /// Waits for the next piece.
  var task: Task<Void, Never>?
}

/// Contents that are longer than memory should hold: taken as they arrive, sent as they are taken.
extension Connection {
  // MARK: Requests

  /// Begins the handler behind the head; its content follows through the stream.
  func stream(
    to handler: @escaping Route.Handler, route: Route, _ parameters: [PathParameter]
  ) {
    var request = request(with: [], parameters)
    let lane = owner.router.lane(request)
    guard owner.beginHandler(lane) else { return answer(.overloaded, isFault: true) }
    if let head = current?.head {
      machine.streamBegun(head.framing, bytesMax: route.bodyBytesMax, at: now)
    }
    let connection = LoopBound(self, to: owner.loop)
    let serial = machine.requestCount
    let expectsContinue = current?.head.expectsContinue == true
    let stream = BodyStream(wanted: {
      connection.loop.submit { connection.value.wantBody(serial, expectsContinue) }
    })
    current?.stream = stream
    request.stream = stream
    let task = owner.loop.spawn { [request] in
      let response = await handler(request)
      connection.value.finishStreaming(response, serial: serial, lane)
    }
    if isStreaming(serial) { handlerTask = task }
  }

  /// The content is complete; from now on its handler's time counts.
  func finishStream(_ rest: [UInt8], _ route: Route) {
    guard let stream = current?.stream else { return }
    machine.handlerBegun(timeoutSeconds: route.timeoutSeconds, at: now)
    stream.append(rest)
    stream.finish()
  }

  /// Whoever reads the content of the current request gets no more of it.
  func endStream() {
    current?.stream?.cut()
  }

  private func isStreaming(_ serial: Int) -> Bool {
    machine.requestCount == serial && current?.stream != nil
      && (machine.isReadingBody || machine.state == .handling)
  }

  /// The reader has taken what was there. A client that asked whether to send is told so now,
  /// and not before.
  private func wantBody(_ serial: Int, _ expectsContinue: Bool) {
    guard isStreaming(serial), machine.isReadingBody else { return }
    if expectsContinue, current?.isContinued == false {
      current?.isContinued = true
      send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8), [])
    }
    proceed()
  }

  private func finishStreaming(_ response: Response, serial: Int, _ lane: RequestLane) {
    owner.endHandler(lane)
    guard isStreaming(serial) else { return }
    handlerTask = nil
    // Answered before the content has come: the rest of it is not waited for.
    let isEarly = machine.isReadingBody
    endStream()
    if isEarly { parser.abandon() }
    answer(response, id: current?.id ?? "", isFault: isEarly)
    proceed()
  }

  // MARK: Answers

  /// Asks for the next piece of the answer; false when there is none to ask for.
  func askForPiece() -> Bool {
    guard let outgoing, outgoing.sentBytes < outgoing.source.length else {
      self.outgoing = nil
      return false
    }
    guard outgoing.task == nil else { return true }
    let (source, serial) = (outgoing.source, machine.requestCount)
    let connection = LoopBound(self, to: owner.loop)
    self.outgoing?.task = Task(executorPreference: owner.loop) {
      do {
        let piece = try await source.next()
        connection.value.takePiece(piece ?? [], serial)
      } catch {
        connection.value.takePiece([], serial)
      }
    }
    return true
  }

  /// An answer that breaks off cannot be told from a whole one except by its length: the
  /// connection is reset.
  private func takePiece(_ piece: [UInt8], _ serial: Int) {
    guard machine.state == .writing, machine.requestCount == serial, let outgoing else { return }
    self.outgoing?.task = nil
    guard !piece.isEmpty, piece.count <= outgoing.source.length - outgoing.sentBytes else {
      if let number = descriptorNumber { Socket.resetOnClose(number) }
      return close()
    }
    self.outgoing?.sentBytes += piece.count
    machine.answerProgressed(at: now)
    send([], piece)
    proceed()
  }
}
