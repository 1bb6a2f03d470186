extension GrantStanding {
  /// Whether an assessment of now would have allowed the numbers of now with the seats that were
  /// filled: the policy may have been tightened since, or the grant narrowed.
  package func isAllowed(
    by assessment: Assessment, of content: ProposalContent, tier: Tier, seats: [Role],
    budgets: [BudgetStanding]
  ) -> Bool {
    guard assessment.tier <= tier, Set(assessment.roles).isSubset(of: seats),
      assessment.blocks(of: .submit).isEmpty, budgets.count == assessment.targets.count
    else { return false }
    let allowance = Allowance(of: content, by: assessment)
    return zip(budgets, allowance.targets).allSatisfy { budget, most in
      let now = budget.allowance
      return now.maxRate.value <= most.maxRate.value && now.burst.value <= most.burst.value
        && now.maxConcurrency.value <= most.maxConcurrency.value
        && now.maxWorkers.value <= most.maxWorkers.value
        && now.dailyRequests.value <= most.dailyRequests.value
        && now.windows.value.isSubset(of: most.windows.value)
    }
  }
}
