/// Words and forms that do not belong into this code, each with the reason.
enum BannedTokens {
  /// Ways to lose an error, a reason or an executor.
  static func violations(in file: SourceFile) -> [Violation] {
    let code = file.code
    var found: [Violation] = []
    func add(_ line: Int, _ reason: String) {
      found.append(Violation(path: file.path, line: line, reason: reason))
    }
    for (index, token) in code.enumerated() where token.kind == .word {
      let next = index + 1 < code.count ? code[index + 1].text : ""
      let afterNext = index + 2 < code.count ? code[index + 2].text : ""
      let isMember = index > 0 && code[index - 1].text == "."
      switch (token.text, next) {
      case ("try", "?") where code[index + 1].isJoined,
        ("try", "!") where code[index + 1].isJoined:
        add(token.line, "try\(next) drops the error")
      case ("catch", _) where hasEmptyBlock(after: index, in: code):
        add(token.line, "an empty catch drops the error")
      case ("fatalError", "("), ("preconditionFailure", "("), ("assertionFailure", "("):
        if afterNext == ")" { add(token.line, "\(token.text) without the reason") }
      case ("Task", "{"), ("Task", "("):
        let namesLoop = hasLabel("executorPreference", after: index + 1, in: code)
        if runsOnLoops(file), !isMember, !namesLoop {
          add(token.line, "a bare Task leaves its loop; use EventLoop.spawn")
        }
      case ("detached", _) where isMember && runsOnLoops(file):
        add(token.line, "a detached task leaves its loop; use EventLoop.spawn")
      case ("print", "("), ("debugPrint", "("), ("dump", "("):
        if let target = file.target, !["countersign", "CountersignTesting"].contains(target),
          !isMember, !isDeclared(index, code)
        {
          add(token.line, "only the executable writes to the terminal")
        }
      default: break
      }
    }
    return found + marks(in: file) + names(in: code, path: file.path)
  }

  /// Whether a file is code of the product, whose async functions belong to a loop; the entry
  /// comes before there is one.
  private static func runsOnLoops(_ file: SourceFile) -> Bool {
    file.target != nil && file.target != "CountersignTesting"
      && file.path != "Sources/countersign/Main.swift"
  }

  /// Notes to do something later.
  static func marks(in file: SourceFile) -> [Violation] {
    let banned: Set = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]
    return file.lines.enumerated().compactMap { index, line in
      let words = line.split { !($0.isLetter || $0.isNumber || $0 == "_") }
      guard let word = words.first(where: { banned.contains(String($0)) }) else { return nil }
      return Violation(path: file.path, line: index + 1, reason: "\(word) is for an issue")
    }
  }

  /// Types whose names say nothing.
  static func names(in code: [Token], path: String) -> [Violation] {
    let keywords: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
    let endings = [
      "Manager", "Helper", "Helpers", "Util", "Utils", "Base", "Common", "Impl", "Data", "Info",
    ]
    return code.indices.dropLast().compactMap { index in
      guard code[index].kind == .word, keywords.contains(code[index].text),
        code[index + 1].kind == .word,
        let ending = endings.first(where: { code[index + 1].text.hasSuffix($0) })
      else { return nil }
      let reason = "\(code[index + 1].text): \(ending) says nothing"
      return Violation(path: path, line: code[index + 1].line, reason: reason)
    }
  }

  /// Numbers out of text by a parser that takes signs, and more, that no protocol allows.
  static func looseNumbers(in file: SourceFile) -> [Violation] {
    guard file.path.hasPrefix("Sources/HTTP/Codec/") else { return [] }
    let kinds: Set = [
      "Int", "Int8", "Int16", "Int32", "Int64", "UInt", "UInt16", "UInt32", "UInt64",
    ]
    let code = file.code
    return code.indices.compactMap { index in
      guard kinds.contains(code[index].text), index + 2 < code.count else { return nil }
      let argument = code[index + 2].text
      let isText =
        code[index + 1].text == "("
        && (["String", "Substring"].contains(argument) || isUnwrapped(index, in: code)
          || hasLabel("radix", after: index + 1, in: code))
      let isPassed = code[index + 1].text == "." && argument == "init"
      guard isText || isPassed else { return nil }
      let reason = "\(code[index].text) of text takes signs; read digits strictly"
      return Violation(path: file.path, line: code[index].line, reason: reason)
    }
  }

  /// Whether `Int(…)` is the value of an `if let` or `guard let`, so that it may fail: text can.
  private static func isUnwrapped(_ index: Int, in code: [Token]) -> Bool {
    guard index >= 3, code[index - 1].text == "=", code[index - 3].text == "let", index >= 4 else {
      return false
    }
    let labels: Set = ["exactly", "truncatingIfNeeded", "clamping", "bitPattern"]
    return ["if", "guard", ",", "while"].contains(code[index - 4].text)
      && !labels.contains(code[index + 2].text)
  }

  private static func hasLabel(_ label: String, after opening: Int, in code: [Token]) -> Bool {
    var depth = 0
    for cursor in opening..<code.count {
      if code[cursor].text == "(" { depth += 1 }
      if code[cursor].text == ")" { depth -= 1 }
      if depth == 0 { return false }
      if depth == 1, code[cursor].text == label { return true }
    }
    return false
  }

  private static func hasEmptyBlock(after index: Int, in code: [Token]) -> Bool {
    guard let opening = code[index...].firstIndex(where: { $0.kind == .mark && $0.text == "{" })
    else { return false }
    return opening + 1 < code.count && code[opening + 1].text == "}"
  }

  private static func isDeclared(_ index: Int, _ code: [Token]) -> Bool {
    index > 0 && code[index - 1].text == "func"
  }
}
