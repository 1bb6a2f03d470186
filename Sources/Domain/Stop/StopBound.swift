/// How soon a stop holds everywhere.
package enum StopBound {
  /// An enforcement point whose copy of the epoch events is older than this refuses everything.
  /// A copy is as old as the question that brought it.
  package static let copySecondsMax: Int64 = 15
  /// How long the service keeps a question for epoch events open; short, so that an asker's copy
  /// stays young while nothing happens.
  package static let waitSecondsMax: Int64 = 10
  /// Without any word from the service the last token has run out after this: the longest term
  /// and its guard.
  package static let silenceSecondsMax = LeaseTerm.secondsMost + LeaseTerm.guardSeconds
  /// How long an epoch event is told to whoever asks for the first time: twice as long as any
  /// token that it may be about.
  package static let tellSeconds = 2 * silenceSecondsMax
}
