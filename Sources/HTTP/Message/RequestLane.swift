/// Who competes for handlers: no lane can take all of them (`HTTPLimits.handlersPerLaneMax`).
package enum RequestLane: Int, CaseIterable, Hashable, Sendable {
  /// Somebody waits for the answer.
  case interactive
  /// Programs that come in numbers and come again by themselves.
  case bulk
  /// Calls that wait for something to happen and hold nothing meanwhile. They compete with nobody:
  /// they have a limit of their own (`HTTPLimits.patientHandlersPerLoopMax`).
  case patient
}
