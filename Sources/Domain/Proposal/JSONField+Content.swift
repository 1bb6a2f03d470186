extension JSONField where Value == [String: Answer] {
  /// Answers to the questions of one scope, by key.
  static func answers(_ scope: Question.Scope, in context: ContentContext) -> JSONField {
    .object { body in
      var answers: [String: Answer] = [:]
      for name in body.names {
        let question = context.questions.first { $0.key == name }
        let isKnown = question?.scope == scope && question?.isAsked ?? false
        if case .revision = context.origin {
          let value = body.required(name, .any) ?? .null
          if isKnown, let question { answers[name] = question.stillRead(value) }
          continue
        }
        guard let question else {
          body.refuse(name, .unknownQuestion, "is not a key of the questionnaire")
          continue
        }
        guard question.isAsked else {
          let place = question.readFrom ?? "another part of the content"
          body.refuse(name, .answeredElsewhere, "is read from: \(place)")
          continue
        }
        guard question.scope == scope else {
          body.refuse(name, .unknownQuestion, "belongs to the \(question.scope.rawValue)")
          continue
        }
        answers[name] = body.required(name, question.field)
      }
      return answers
    }
  }
}

extension Question {
  /// The answer of a revision that was made under an earlier policy; nil, which counts as the
  /// worst, where this question no longer takes it.
  fileprivate func stillRead(_ value: JSON) -> Answer? {
    do throws(InvalidBody) {
      return try JSONReader.read(value, as: field)
    } catch {
      return nil
    }
  }
}

extension JSONField where Value == Evidence {
  static func evidence(in context: ContentContext) -> JSONField {
    .object { body in
      let question = body.required("question", .questionKey(in: context))
      let url = body.optional("url", .url)
      let sha256 = body.optional("sha256", .sha256)
      let observed = body.required("observed_on", .date)
      let expires = body.required("expires_on", .date)
      let rate = body.optional("max_rps", .rate)
      if !body.names.contains("url"), !body.names.contains("sha256") {
        body.record(.required, at: "url", "a url or a sha256 is required")
      }
      if let observed, let expires, expires < observed {
        body.record(.endsBeforeStarts, at: "expires_on", "must not be before observed_on")
      }
      guard let question, let observed, let expires else { return nil }
      return Evidence(
        question: question, url: url, sha256: sha256, observedOn: observed,
        expiresOn: expires, maxRate: rate)
    }
  }
}

extension JSONField where Value == String {
  /// A key of the questionnaire; for a revision whatever it was when it was made.
  fileprivate static func questionKey(in context: ContentContext) -> JSONField {
    .parsed("a key of the questionnaire") { key in
      if case .revision = context.origin { return key }
      return context.questions.contains { $0.key == key } ? key : nil
    }
  }
}

extension JSONField where Value == Authorisation {
  static var authorisation: JSONField {
    .object { body in
      let issuer = body.required("issuer", .prose(300))
      let reference = body.required("reference", .prose(300))
      let sha256 = body.required("sha256", .sha256)
      let rate = body.required("max_rps", .rate)
      let expires = body.required("expires_on", .date)
      guard let issuer, let reference, let sha256, let rate, let expires else { return nil }
      return Authorisation(
        issuer: issuer, reference: reference, sha256: sha256, maxRate: rate,
        expiresOn: expires)
    }
  }
}

extension JSONField where Value == String {
  /// A SHA-256 value, with or without `sha256:` before it, kept as written.
  static var sha256: JSONField {
    .parsed("64 lower-case hex digits, with or without sha256: before them") { text in
      Digest(text) != nil || Digest("sha256:" + text) != nil ? text : nil
    }
  }

  /// An http or https URL; only its form is looked at.
  static var url: JSONField {
    .parsed("a URL that begins with https:// or http://") { text in
      let rest = ["https://", "http://"].first { text.hasPrefix($0) }
        .map { text.utf8.dropFirst($0.utf8.count) }
      guard let rest, !rest.isEmpty, text.utf8.count <= 2_000,
        text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
      else { return nil }
      return text
    }
  }

  /// The beginning of a path, as it stands in the request line.
  static var pathPrefix: JSONField {
    .parsed("a path that begins with / and has no query, fragment or dot segment") { text in
      let segments = text.split(separator: "/", omittingEmptySubsequences: false)
      guard text.hasPrefix("/"), text.utf8.count <= 1_000,
        text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 35 && $0 != 63 && $0 != 92 }),
        !segments.contains("."), !segments.contains("..")
      else { return nil }
      return text
    }
  }
}
