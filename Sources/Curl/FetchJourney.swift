/// One answer on the way: a redirect, or the last.
package struct FetchHop: Sendable, Hashable {
  /// Normalised, without a fragment.
  package let url: String
  package let status: Int
  /// The numeric address that answered.
  package let address: String
}

/// A fetch with every step it took.
package struct FetchJourney: Sendable {
  /// In order; the last one is the answer, if there is one.
  package let hops: [FetchHop]
  package let outcome: Result<FetchResponse, FetchError>
}
