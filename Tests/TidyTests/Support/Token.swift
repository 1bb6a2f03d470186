/// One piece of Swift text.
struct Token: Hashable, Sendable {
  enum Kind: Hashable, Sendable {
    /// A name, keyword or number.
    case word
    /// One character of punctuation.
    case mark
    /// What stands between the quotes of a string; an interpolation's code follows as tokens.
    case literal
    /// A comment with its slashes.
    case comment
  }

  let kind: Kind
  let text: String
  /// The line on which it starts, from 1.
  let line: Int
  /// Whether it touches the token before it: `try?` against `try !isOpen()`.
  var isJoined = false
}
