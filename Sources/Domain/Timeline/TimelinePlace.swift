/// Where an event stands in a story: by time, never before its predecessor in the same stream; of
/// the same instant the proposal's own first.
package struct TimelinePlace: Hashable, Sendable {
  package let at: Timestamp
  package let rank: Int64
  package let stream: String
  package let seq: Int64

  /// Before everything.
  package static let start = TimelinePlace(
    at: Timestamp(microseconds: 0), rank: 0, stream: "", seq: 0)

  package init(at: Timestamp, rank: Int64, stream: String, seq: Int64) {
    self.at = at
    self.rank = rank
    self.stream = stream
    self.seq = seq
  }
}
