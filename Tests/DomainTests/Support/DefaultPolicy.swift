import Domain
import Wire

/// `policies/default.yaml` as the server imports it.
enum DefaultPolicy {
  static let policy: Policy = {
    do {
      return try Policy(
        json: YAMLDocument.parse(
          SharedFile.bytes("policies/default.yaml"), scalars: .coreSchema))
    } catch {
      preconditionFailure("the default policy does not load: \(error)")
    }
  }()

  /// An answer as the vectors write it.
  static func answer(_ json: JSON) -> Answer {
    switch json {
    case .bool(let value): .flag(value)
    case .string(let text): .choice(text)
    case .number(let number): .number(number.int64 ?? -1)
    case .array(let elements): .choices(elements.map(\.text))
    case .null, .object: preconditionFailure("not an answer: \(json)")
    }
  }
}
