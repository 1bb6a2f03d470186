extension Assessment {
  /// Why a content is not to be submitted, or not to be approved, whoever signs.
  package var refusals: [Refusal] {
    var found: [Refusal] = []
    if tier == .x { found.append(prohibition) }
    found += blocks(of: .submit).map { .blockSubmit(rule: $0.rule, text: $0.text) }
    return found
      + targets.filter { $0.caps.windows.value.isEmpty }.map { .windowEmpty(target: $0.index) }
  }
}
