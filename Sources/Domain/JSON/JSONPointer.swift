/// A place in a JSON document (RFC 6901); the empty pointer is the whole document.
package struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// Unescaped reference tokens, outermost first.
  package let tokens: [String]

  package init(_ tokens: [String] = []) {
    self.tokens = tokens
  }

  package static let root = JSONPointer()

  /// The member `name` of the object here.
  package func appending(_ name: String) -> JSONPointer {
    JSONPointer(tokens + [name])
  }

  /// The element `index` of the array here, counted from 0.
  package func appending(_ index: Int) -> JSONPointer {
    JSONPointer(tokens + [String(index)])
  }

  /// `/a/b/0`, with `~0` for a tilde and `~1` for a slash.
  package var description: String {
    tokens.map { "/" + JSONPointer.escaped($0) }.joined()
  }

  private static func escaped(_ token: String) -> String {
    var text = ""
    for scalar in token.unicodeScalars {
      switch scalar {
      case "~": text += "~0"
      case "/": text += "~1"
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}
