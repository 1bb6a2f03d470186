import Configuration
import Foundation

/// Reads settings and remembers each that it was asked for. So the list of all settings is what
/// a configuration reads, and nothing can be read that is not in the list.
struct SettingsReader {
  /// A setting that was read, in the words of its documentation and with the value that holds.
  struct Entry: Sendable {
    let name: String
    let type: String
    let unit: String
    let fallback: String
    let range: String
    let meaning: String
    /// `redacted` for a secret; empty where nothing holds.
    let inEffect: String
    /// Whether the environment says something of it.
    let isGiven: Bool
  }

  private let reader: ConfigReader
  /// In the order of reading.
  private(set) var entries: [Entry] = []
  /// One line for each bad value.
  private(set) var faults: [String] = []

  init(_ reader: ConfigReader) {
    self.reader = reader
  }

  /// The value given, else the fallback; also after a bad value, which becomes a fault.
  mutating func read<Value>(_ setting: Setting<Value>, else fallback: Value) -> Value {
    let given = given(setting)
    note(
      setting, fallback: setting.fallback ?? "`\(setting.form.text(fallback))`",
      value: given ?? fallback, isGiven: given != nil)
    return given ?? fallback
  }

  /// The value given; nil without one.
  mutating func read<Value>(_ setting: Setting<Value>) -> Value? {
    let given = given(setting)
    note(setting, fallback: setting.fallback ?? "none", value: given, isGiven: given != nil)
    return given
  }

  /// A secret: the value of its variable, or the first line of the file that `<name>_FILE` names.
  mutating func readSecret(_ setting: Setting<String>) -> String? {
    let given = read(setting)
    let path = read(
      Setting(
        setting.name + "_FILE", .text("file"),
        meaning: "where `\(setting.name)` stands instead, for secrets of containers and systemd"))
    guard let path else { return given }
    guard given == nil else {
      faults.append("\(setting.name) and \(setting.name)_FILE are both set; one is enough")
      return nil
    }
    guard let bytes = FileManager.default.contents(atPath: path),
      let line = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).first
    else {
      faults.append("\(setting.name)_FILE: \(path) cannot be read or is empty")
      return nil
    }
    guard let value = setting.form.parse(String(line)) else {
      faults.append("\(setting.name)_FILE: \(path) does not hold \(setting.form.expected)")
      return nil
    }
    return value
  }

  /// What the environment says; an empty variable says nothing.
  private mutating func given<Value>(_ setting: Setting<Value>) -> Value? {
    let key = ConfigKey(setting.name.lowercased().split(separator: "_").map(String.init))
    guard let text = reader.string(forKey: key, isSecret: setting.isSecret), !text.isEmpty else {
      return nil
    }
    guard let value = setting.form.parse(text) else {
      let shown = setting.isSecret ? "" : ", not \"\(text)\""
      faults.append("\(setting.name) must be \(setting.form.expected)\(shown)")
      return nil
    }
    return value
  }

  private mutating func note<Value>(
    _ setting: Setting<Value>, fallback: String, value: Value?, isGiven: Bool
  ) {
    let text = value.map { setting.isSecret ? "redacted" : setting.form.text($0) }
    entries.append(
      Entry(
        name: setting.name, type: setting.form.type + (setting.isSecret ? "; secret" : ""),
        unit: setting.form.unit, fallback: fallback, range: setting.form.range,
        meaning: setting.meaning, inEffect: text ?? "", isGiven: isGiven))
  }
}
