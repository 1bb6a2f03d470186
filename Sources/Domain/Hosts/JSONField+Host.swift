extension JSONField where Value == Host {
  /// A host in any spelling; the reason for refusing one is told.
  package static var host: JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      do throws(HostError) {
        return try Host(text)
      } catch {
        return slot.fail(.invalidFormat, error.description)
      }
    }
  }
}

extension JSONField where Value == HostPattern {
  /// A host, or `*.` and a host; `public_suffix` for a pattern over a public suffix.
  package static func hostPattern(_ suffixes: PublicSuffixes) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      do throws(HostError) {
        return try HostPattern(text, suffixes: suffixes)
      } catch .patternOverSuffix(let suffix) {
        return slot.fail(
          .publicSuffix, HostError.patternOverSuffix(suffix: suffix).description)
      } catch {
        return slot.fail(.invalidFormat, error.description)
      }
    }
  }
}
