import Domain

/// A refusal as a person reads it: what, why, every reason, every place.
struct ProblemReport {
  let lines: [String]

  /// From the answer of a server; what is no problem+json gets one line.
  init(_ reply: Reply) {
    do {
      let problem = try reply.json
      guard problem["code"].string != nil || problem["title"].string != nil else {
        lines = ["refused: the server answered \(reply.status) without saying why"]
        return
      }
      lines = ProblemReport.lines(of: problem, status: reply.status)
    } catch {
      lines = ["refused: the server answered \(reply.status); \(error.description)"]
    }
  }

  /// From a document that was found wrong before it was sent.
  init(_ invalid: InvalidBody, in file: String) {
    lines =
      ["refused: \(file.printable) cannot be read"]
      + ProblemReport.places(
        invalid.errors.map { error in
          [error.pointer.description, error.code.rawValue, error.detail]
        })
  }

  private static func lines(of problem: JSON, status: Int) -> [String] {
    let code = problem["code"].string.map { "\($0), \(status)" } ?? "\(status)"
    var lines = ["refused: \((problem["title"].string ?? "no title").printable) (\(code))"]
    let blocking = problem["blocking"].elements
    let errors = problem["errors"].elements
    // The detail is often one of the reasons, or all the errors in one line.
    let isAmongReasons = blocking.contains { $0["detail"] == problem["detail"] }
    let isOnlyReason = isAmongReasons && blocking.count == 1 && blocking[0]["until"].isNull
    if errors.isEmpty, !isAmongReasons || isOnlyReason, let detail = problem["detail"].string {
      lines += FieldList(dictionaryLiteral: ("", detail)).lines(for: .plain)
    }
    if !isOnlyReason { lines += reasons(blocking) }
    lines += places(
      errors.map { [$0["pointer"].cell, $0["code"].cell, $0["detail"].cell] })
    if let digest = problem["current_digest"].string {
      lines.append("  the current digest is \(digest.printable)")
    }
    if let wait = problem["retry_after_seconds"].text {
      lines.append("  try again in \(wait.printable) s")
    }
    if let request = problem["instance"].string, status >= 500 {
      lines.append("  request \(request.printable)")
    }
    return lines
  }

  private static func reasons(_ blocking: [JSON]) -> [String] {
    var list = FieldList()
    for reason in blocking {
      let until = reason["until"].time.map { " (until \($0))" } ?? ""
      list.add("  " + reason["code"].cell.printable, reason["detail"].cell + until)
    }
    return list.lines(for: .plain)
  }

  private static func places(_ errors: [[String]]) -> [String] {
    var list = FieldList()
    for error in errors {
      let place = error[0].isEmpty ? "(whole)" : error[0].printable
      list.add("  " + place, "\(error[2]) (\(error[1]))")
    }
    return list.lines(for: .plain)
  }
}

extension Terminal {
  /// For standard error: no emphasis, running text as wide as is pleasant.
  static let plain = Terminal(width: nil, isStyled: false)
}
