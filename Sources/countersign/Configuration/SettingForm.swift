import Curl
import Logging
import Reactor
import Tokens

/// How a value is written: its type, unit and range in words, and how text becomes a value.
struct SettingForm<Value: Sendable>: Sendable {
  let type: String
  var unit = ""
  var range = ""
  /// Nil for text that is no such value.
  let parse: @Sendable (String) -> Value?
  /// The value as it would be written.
  let text: @Sendable (Value) -> String

  /// What a bad value should have been.
  var expected: String {
    let article = type.first.map { "aeiou".contains($0) } == true ? "an" : "a"
    let plain = range.replacing("`", with: "")
    return plain.isEmpty ? "\(article) \(type)" : "\(article) \(type) (\(plain))"
  }
}

extension SettingForm where Value == String {
  /// Text that means something elsewhere: a URL, a folder, a name.
  static func text(_ type: String) -> SettingForm {
    SettingForm(type: type, parse: { $0 }, text: { $0 })
  }
}

extension SettingForm where Value == String {
  /// 32 bytes in base64, as `openssl rand -base64 32` prints them.
  static let sealingKey = SettingForm(
    type: "key", range: "32 bytes in base64", parse: { SealingKey($0) == nil ? nil : $0 },
    text: { $0 })
}

extension SettingForm where Value == Int {
  /// A number written in digits only.
  static func number(_ range: ClosedRange<Int>, unit: String) -> SettingForm {
    SettingForm(
      type: "number", unit: unit, range: "\(range.lowerBound) to \(range.upperBound)",
      parse: { text in
        guard text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return Int(text).flatMap { range.contains($0) ? $0 : nil }
      },
      text: { "\($0)" })
  }
}

extension SettingForm where Value == SocketAddress {
  /// A numeric address, since a name may be another machine tomorrow.
  static let address = SettingForm(
    type: "address and port", range: "`127.0.0.1:8080`, `[::1]:8080`; no names; port 0: any free",
    parse: { SocketAddress($0) }, text: { $0.description })
}

extension SettingForm where Value: Equatable {
  /// One of a few words.
  static func word(_ words: [(String, Value)]) -> SettingForm {
    SettingForm(
      type: "word", range: words.map { "`\($0.0)`" }.joined(separator: ", "),
      parse: { text in words.first { $0.0 == text }?.1 },
      text: { value in words.first { $0.1 == value }?.0 ?? "" })
  }
}

extension SettingForm where Value == Bool {
  static let truth = SettingForm.word([("true", true), ("false", false)])
  static let onOff = SettingForm.word([("on", true), ("off", false)])
}

extension SettingForm where Value == Algorithm {
  static let tokenAlgorithm = SettingForm.word(Algorithm.allCases.map { ($0.rawValue, $0) })
}

extension SettingForm where Value == Logger.Level {
  static let logLevel = SettingForm.word(Logger.Level.allCases.map { ($0.rawValue, $0) })
}

extension SettingForm where Value == [PermittedHost] {
  /// Hosts with commas between them.
  static let permittedHosts = SettingForm(
    type: "list of hosts", range: "`a.example`, `a.example:8443`, `a.example=10.0.0.5:8080`",
    parse: { text in
      let parts = text.split(separator: ",").map { part in
        PermittedHost(String(part.filter { $0 != " " }))
      }
      let hosts = parts.compactMap(\.self)
      return hosts.count == parts.count ? hosts : nil
    },
    text: { $0.map(\.description).joined(separator: ",") })
}
