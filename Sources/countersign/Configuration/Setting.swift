/// One thing an operator can set: what documentation, complaints and `countersign configuration`
/// say of it, and how it is read. All of them come from this one declaration.
struct Setting<Value: Sendable>: Sendable {
  /// The variable of the environment.
  let name: String
  let form: SettingForm<Value>
  /// What holds without it, in words; nil where the value that holds says it by itself.
  let fallback: String?
  let meaning: String
  /// Whether the value is shown nowhere.
  let isSecret: Bool

  init(
    _ name: String, _ form: SettingForm<Value>, fallback: String? = nil, secret: Secrecy = .shown,
    meaning: String
  ) {
    self.name = name
    self.form = form
    self.fallback = fallback
    self.meaning = meaning
    isSecret = secret == .redacted
  }

  enum Secrecy { case shown, redacted }
}
