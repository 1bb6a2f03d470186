extension JSONField where Value == TargetContent {
  static func target(in context: ContentContext) -> JSONField {
    .object { body in
      let hosts = body.required("hosts", .hosts(in: context))
      let prefixes = body.required("path_prefixes", .set(1...50, of: .pathPrefix))
      let methods = body.required("methods", .set(1...4, of: .choice(TargetContent.Method.self)))
      let rate = body.required("max_rps", .rate)
      let burst = body.required("burst", .integer(1...10_000))
      let concurrency = body.required("max_concurrency", .integer(1...10_000))
      let workers = body.required("max_workers", .integer(1...100_000))
      let daily = body.required("daily_requests", .integer(1...1_000_000_000))
      let total = body.optional("total_requests", .integer(1...1_000_000_000_000))
      let zone = body.required("time_zone", .zone(in: context))
      let windows = body.optional("windows", .array(1...50, of: .writtenWindow))
      let authorisation = body.optional("authorisation", .authorisation)
      let evidence = body.optional(
        "evidence", .array(0...100, of: .evidence(in: context)))
      let answers = body.required("answers", .answers(.target, in: context))
      guard let hosts, let prefixes, let methods, let rate, let burst, let concurrency,
        let workers, let daily, let zone, let answers
      else { return nil }
      return TargetContent(
        hosts: hosts.map(\.written), patterns: hosts.map(\.pattern), pathPrefixes: prefixes,
        methods: methods, maxRate: rate, burst: burst, maxConcurrency: concurrency,
        maxWorkers: workers, dailyRequests: daily, totalRequests: total, zone: zone,
        windows: windows, authorisation: authorisation, evidence: evidence, answers: answers)
    }
  }
}

/// A host or pattern and its text.
struct WrittenHost: Hashable, Sendable {
  let written: String
  let pattern: HostPattern
}

extension JSONField where Value == [WrittenHost] {
  /// Hosts of one site, none twice in any spelling.
  fileprivate static func hosts(in context: ContentContext) -> JSONField {
    JSONField<[WrittenHost]>.array(1...50, of: .writtenHost(in: context)).map { hosts, slot in
      var seen: Set<HostPattern> = []
      for (index, host) in hosts.enumerated() where !seen.insert(host.pattern).inserted {
        slot.at(index, .null).record(.duplicate, "the host stands in the list already")
      }
      let site = context.site(of: hosts[0].pattern.host)
      for (index, host) in hosts.enumerated()
      where context.site(of: host.pattern.host) != site {
        slot.at(index, .null).record(
          .targetSpansSites, "lies in another site than \(hosts[0].written)")
      }
      return hosts
    }
  }
}

extension JSONField where Value == WrittenHost {
  fileprivate static func writtenHost(in context: ContentContext) -> JSONField {
    JSONField { slot in
      guard let text = slot.text() else { return nil }
      do throws(HostError) {
        let pattern = try HostPattern(text, suffixes: context.suffixes)
        return WrittenHost(written: text, pattern: pattern)
      } catch {
        if case .patternOverSuffix = error {
          return slot.fail(.publicSuffix, error.description)
        }
        return slot.fail(.invalidFormat, error.description)
      }
    }
  }
}

extension JSONField where Value == Zone {
  fileprivate static func zone(in context: ContentContext) -> JSONField {
    JSONField { slot in
      guard let name = slot.text() else { return nil }
      guard let zone = context.zones.zone(name) else {
        return slot.fail(.unknownZone, "must be an IANA time zone like Asia/Shanghai")
      }
      return zone
    }
  }
}

extension JSONField where Value == WrittenWindow {
  fileprivate static var writtenWindow: JSONField {
    JSONField { slot in
      guard let window = JSONField<Window>.window.read(slot),
        case .object(let object) = slot.value
      else { return nil }
      guard case .array(let days)? = object["days"] else {
        return WrittenWindow(window: window, days: nil)
      }
      return WrittenWindow(
        window: window,
        days: days.compactMap { day in
          if case .string(let text) = day { Weekday(abbreviation: text) } else { nil }
        })
    }
  }
}
