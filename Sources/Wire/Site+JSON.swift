package import Domain

extension Site {
  package var json: JSON {
    [
      "id": JSON(id), "host": .string(host.text),
      "operator_kind": .string(facts.operatorKind.rawValue), "ceiling": facts.ceiling.json,
      "time_zone": .string(facts.timeZone),
      "aliases": .array(facts.aliases.map { .string($0.text) }),
      "contact": JSON(orNull: facts.contact), "notes": JSON(orNull: facts.notes),
      "version": JSON(version),
    ]
  }
}

extension Ceiling {
  package var json: JSON {
    [
      "max_rps": JSON(maxRPS), "burst": JSON(burst), "max_concurrency": JSON(maxConcurrency),
      "daily_requests": JSON(dailyRequests),
      "windows": windows.isAlways ? [] : windows.json,
    ]
  }
}

extension SiteFacts {
  /// Reads the body of `PUT /v1/sites/{host}`.
  ///
  /// `capacity` is refused: nothing lowers a ceiling by it yet.
  package static func read(zones: Zones) -> (JSONReader) -> SiteFacts? {
    { body in
      let kind = body.required("operator_kind", .choice(OperatorKind.self))
      let ceiling = body.required("ceiling", .ceiling)
      let zone = body.required(
        "time_zone",
        .string(1...64).map { name, slot in
          zones.zone(name) == nil
            ? slot.fail(.unknownZone, "\(name) is no IANA time zone") : name
        })
      let aliases = body.optional("aliases", .set(0...100, of: .host))
      let contact = body.optional("contact", .prose(500))
      let notes = body.optional("notes", .prose(10_000))
      body.notEnforced(
        "capacity", "capacity evidence does not lower a ceiling yet; set ceiling.max_rps")
      guard let kind, let ceiling, let zone else { return nil }
      return SiteFacts(
        operatorKind: kind, ceiling: ceiling, timeZone: zone, aliases: aliases ?? [],
        contact: contact, notes: notes)
    }
  }
}

extension JSONField where Value == Ceiling {
  /// `{max_rps, burst, max_concurrency, daily_requests, windows}`; no windows mean any hour.
  package static var ceiling: JSONField {
    .object { ceiling in
      let rate = ceiling.required("max_rps", .rate)
      let burst = ceiling.required("burst", .integer(1...1_000_000))
      let concurrency = ceiling.required("max_concurrency", .integer(1...1_000_000))
      let daily = ceiling.required("daily_requests", .integer(1...1_000_000_000_000))
      let windows = ceiling.required("windows", .array(0...Ceiling.windowsMax, of: .window))
      guard let rate, let burst, let concurrency, let daily, let windows else { return nil }
      return Ceiling(
        maxRPS: rate, burst: burst, maxConcurrency: concurrency, dailyRequests: daily,
        windows: windows.isEmpty ? .always : WindowSet(windows))
    }
  }
}
