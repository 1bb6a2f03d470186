extension Grant {
  /// The authorised numbers with who set each, as they are stored and shown.
  package var termsJSON: JSON { ["budgets": .array(budgets.map(\.json))] }

  /// Rules that refuse every token, as `{id, text}`.
  package var tokenBlocksJSON: JSON {
    .array(tokenBlocks.map { ["id": .string($0.rule), "text": .string($0.text)] })
  }
}

extension GrantedBudget {
  fileprivate var json: JSON {
    [
      "id": JSON(id), "target": JSON(target), "hosts": .array(hosts.map { .string($0) }),
      "path_prefixes": .array(pathPrefixes.map { .string($0) }),
      "methods": .array(methods.map { .string($0) }), "max_rps": JSON(maxRate),
      "burst": JSON(burst), "max_concurrency": JSON(maxConcurrency),
      "max_workers": JSON(maxWorkers), "daily_requests": JSON(dailyRequests),
      "total_requests": JSON(totalRequests), "time_zone": .string(timeZone),
      "windows": windows.json, "starts_at": JSON(startsAt), "ends_at": JSON(endsAt),
      "evidence_expires_at": JSON(orNull: evidenceExpiresAt), "cost_weight": JSON(costWeight),
      "set_by": .object(setBy),
    ]
  }
}
