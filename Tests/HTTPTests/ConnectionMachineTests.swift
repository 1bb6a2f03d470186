import Reactor
import Testing

@testable import HTTP

@Suite("Connection machine")
struct ConnectionMachineTests {
  private func at(_ seconds: Int) -> MonotonicInstant {
    MonotonicInstant(nanoseconds: 0).advanced(bySeconds: seconds)
  }

  private func machine() -> ConnectionMachine {
    ConnectionMachine(limits: .standard, now: at(0))
  }

  @Test("a request goes from idle to idle, each phase with its own deadline")
  func wholeRequest() {
    var machine = machine()
    #expect(machine.deadline == at(30))
    machine.headBegun(at: at(5))
    machine.headBegun(at: at(9))
    #expect(machine.state == .head)
    #expect(machine.deadline == at(15))
    machine.headReceived(.length(160 * 1024), keepsAlive: true, at: at(10))
    #expect(machine.state == .body)
    #expect(machine.deadline == at(30))
    machine.handlerBegun(timeoutSeconds: 25, at: at(12))
    #expect(machine.deadline == at(37))
    let closes = machine.answerBegun(toFault: false, at: at(13))
    #expect(!closes)
    #expect(machine.deadline == at(23))
    machine.answerProgressed(at: at(20))
    #expect(machine.deadline == at(30))
    let next = machine.answerWritten(hasUnreadBytes: true, at: at(21))
    #expect(next == .next)
    #expect(machine.state == .idle)
    #expect(machine.deadline == at(51))
  }

  @Test("23: a fault, the client's wish, the last request and a drain announce the close")
  func closing() {
    for reason in 0..<4 {
      var limits = HTTPLimits.standard
      if reason == 2 { limits.requestsPerConnectionMax = 1 }
      var machine = ConnectionMachine(limits: limits, now: at(0))
      machine.headReceived(.none, keepsAlive: reason != 1, at: at(0))
      if reason == 3 {
        let isIdle = machine.drainBegun()
        #expect(!isIdle)
      }
      let closes = machine.answerBegun(toFault: reason == 0, at: at(0))
      #expect(closes)
      let after = machine.answerWritten(hasUnreadBytes: false, at: at(0))
      #expect(after == (reason == 0 ? .linger : .close))
    }
  }

  @Test("27: a connection lingers while the peer's bytes are unread")
  func lingering() {
    var machine = machine()
    machine.headReceived(.none, keepsAlive: false, at: at(0))
    _ = machine.answerBegun(toFault: false, at: at(0))
    let after = machine.answerWritten(hasUnreadBytes: true, at: at(1))
    #expect(after == .linger)
    #expect(machine.deadline == at(2))
    #expect(machine.deadlineReached() == .close)
  }

  @Test("26, 38: the end of the stream and of the time mean something else in each phase")
  func ends() {
    var machine = machine()
    #expect(machine.peerEnded() == .close)
    #expect(machine.deadlineReached() == .close)
    let isIdle = machine.drainBegun()
    #expect(isIdle)
    machine.headBegun(at: at(0))
    let cutOff = ConnectionMachine.PeerEndAction.answer(.malformedMessage("it ends early"))
    #expect(machine.peerEnded() == cutOff)
    #expect(machine.deadlineReached() == .answer(.requestTimedOut))
    machine.headReceived(.chunked, keepsAlive: true, at: at(0))
    #expect(machine.peerEnded() == cutOff)
    #expect(machine.deadlineReached() == .answer(.requestTimedOut))
    machine.handlerBegun(timeoutSeconds: 1, at: at(0))
    #expect(machine.peerEnded() == .none)
    #expect(machine.deadlineReached() == .cancelHandler)
    _ = machine.answerBegun(toFault: false, at: at(0))
    #expect(machine.peerEnded() == .none)
    #expect(machine.deadlineReached() == .reset)
  }
}
