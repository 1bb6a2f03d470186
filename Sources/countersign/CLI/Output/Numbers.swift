/// Numbers and words as people read them.
enum Numbers {
  /// `1.510.000` reads badly in some countries and `1,510,000` in others: groups get spaces.
  static func grouped(_ literal: String) -> String {
    guard literal.count > 4, literal.allSatisfy({ $0.isASCII && $0.isNumber }) else {
      return literal
    }
    var groups: [Substring] = []
    var rest = literal[...]
    while rest.count > 3 {
      groups.append(rest.suffix(3))
      rest = rest.dropLast(3)
    }
    return ([rest] + groups.reversed()).joined(separator: " ")
  }
}
