/// Which statements one session has prepared, and with which parameter types.
struct PreparedStatements {
  /// One prepared form of a statement.
  struct Variant {
    /// The name within the session.
    let name: String
    /// The declared types; zero where the first use was a NULL and the server inferred one.
    let types: [UInt32]
  }

  /// What is to be sent before the statement can run.
  enum Use {
    case ready(name: String)
    case prepare(Variant)
  }

  private var variants: [UInt: [Variant]] = [:]
  private var preparedCount = 0

  /// The prepared form that fits the parameters; a missing one counts as prepared from now on.
  mutating func use(_ statement: Statement, _ parameters: [Parameter]) -> Use {
    let known = variants[statement.identity]
    if let known {
      for variant in known where Self.fits(variant, parameters) {
        return .ready(name: variant.name)
      }
    }
    preparedCount += 1
    let variant = Variant(
      name: "s\(preparedCount)",
      types: parameters.indices.map { index in
        let type = parameters[index].type.rawValue
        return type != 0 ? type : Self.knownType(at: index, in: known ?? [])
      })
    variants[statement.identity, default: []].append(variant)
    return .prepare(variant)
  }

  /// Forgets a form that the server refused or skipped.
  mutating func forget(_ statement: Statement, name: String) {
    variants[statement.identity]?.removeAll { $0.name == name }
  }

  /// A NULL fits every type; a value fits only the declared one, never one that was inferred,
  /// whose binary form may differ.
  private static func fits(_ variant: Variant, _ parameters: [Parameter]) -> Bool {
    guard variant.types.count == parameters.count else { return false }
    for index in parameters.indices {
      let type = parameters[index].type.rawValue
      if type != 0, type != variant.types[index] { return false }
    }
    return true
  }

  private static func knownType(at index: Int, in variants: [Variant]) -> UInt32 {
    for variant in variants where index < variant.types.count && variant.types[index] != 0 {
      return variant.types[index]
    }
    return 0
  }
}
