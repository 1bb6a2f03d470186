import Domain

/// A lease in words.
enum LeaseText {
  /// A proposal as the API takes it: a number as a number.
  static func reference(_ proposal: String) -> JSON {
    Int64(digits: proposal.utf8).map { JSON($0) } ?? .string(proposal)
  }

  /// The lease of an answer, which may stand beside its worker and token.
  static func lease(_ answer: JSON) -> JSON {
    answer["lease"].members.isEmpty ? answer : answer["lease"]
  }

  /// The worker's name, else its id.
  static func worker(_ answer: JSON) -> String? {
    let worker = answer["worker"].isNull ? lease(answer)["worker"] : answer["worker"]
    return worker["name"].text ?? worker["id"].text ?? worker.text
  }

  static func fields(_ answer: JSON) -> FieldList {
    let lease = lease(answer)
    return [
      "lease": lease["id"].text, "status": lease["status"].text, "worker": worker(answer),
      "term": lease["term"].text, "hosts": lease["hosts"].joined(),
      "paths": lease["path_prefixes"].joined(), "requests a second": lease["rps"].text,
      "burst": lease["burst"].text, "at once": lease["max_concurrency"].text,
      "requests at most": lease["quota"].text.map(Numbers.grouped),
      "ends": lease["expires_at"].time,
      "renew within": lease["renew_in_ms"].text.map { "\($0) ms" },
      "checked by": lease["enforcement_point"].text, "evidence": lease["evidence"].text,
      "grant": lease["grant"].text, "free at": lease["frees_at"].time,
    ]
  }

  /// A lease with its token.
  static func show(_ reply: Reply, tokenOnly: Bool, _ session: Session) throws {
    if tokenOnly, !session.printsJSON {
      guard let token = try reply.json["token"].string else {
        throw NotPossible("the answer has no token")
      }
      return session.terminal.write([token.printable])
    }
    try session.show(reply) { answer in
      var printout = Printout(fields(answer))
      if let token = answer["token"].string {
        printout.add(heading: "Token, to be sent as Countersign-Lease")
        printout.add(token)
      }
      return printout
    }
  }
}
