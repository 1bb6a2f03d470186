package import Domain
import Postgres
import Store

extension Service {
  /// How long a submission waits for what is being fetched.
  package static let dossierWaitMilliseconds = 5_000
  private static let dossierPollMilliseconds = 100

  /// The name under which the service itself looks into robots.txt before it asks for pages that
  /// are not made for machines.
  static let ownAgent = RobotsAgent(userAgent: "Countersign")

  /// Fetches the host that is due, one request after another, each fetch outside of any
  /// transaction. False when nothing is due.
  package func fetchDueDossier() async throws -> Bool {
    guard let fetcher,
      let claimed = try await performUnauthenticated(
        ClaimDossier(), method: .service, trace: nil)
    else { return false }
    let (claim, plan) = (claimed.claim, claimed.plan)
    let robots = await fetcher.fetch(
      "/robots.txt", of: plan.host, .robots, contact: plan.contact)
    try await record(claim, .robots(item(.robots, of: plan, robots)))
    guard !claim.isCompleted else { return true }
    switch RobotsAnswer(robots.answer) {
    case .unreachable: return true
    case .unverified: try await record(claim, .rest([]))
    case .none: try await record(claim, .rest(await rest(of: plan, robots: nil, by: fetcher)))
    case .file(let file):
      try await record(claim, .rest(await rest(of: plan, robots: file, by: fetcher)))
    }
    return true
  }

  /// Waits until the newest revision's robots.txt are there, for a while at most. Errors are
  /// those of the look.
  package func awaitDossier(
    for caller: Caller, of proposal: @escaping @Sendable () throws -> ProposalReference
  ) async throws {
    guard let fetcher else { return }
    var waitedMilliseconds = 0
    while waitedMilliseconds < Service.dossierWaitMilliseconds {
      let isPending = try await look(for: caller) { _ in
        IsDossierPending(proposal: try proposal())
      }
      guard isPending else { return }
      await fetcher.pause(milliseconds: Service.dossierPollMilliseconds)
      waitedMilliseconds += Service.dossierPollMilliseconds
    }
  }

  private func record(_ claim: DossierStore.Claim, _ part: RecordDossier.Part) async throws {
    _ = try await performUnauthenticated(
      RecordDossier(claim: claim, part), method: .service, trace: nil)
  }

  private func item(
    _ kind: DossierItem.Kind, of plan: DossierPlan, _ fetched: (url: String, answer: SiteAnswer)
  ) -> DossierItem {
    DossierItem(
      host: plan.host, kind: kind, url: fetched.url, answer: fetched.answer, fetchedAt: now)
  }

  /// What is made for machines, the terms, and how long the home page takes; the last two only
  /// where robots.txt lets everybody have them.
  private func rest(
    of plan: DossierPlan, robots: RobotsFile?, by fetcher: any SiteFetcher
  ) async -> [DossierItem] {
    func isAllowed(_ url: String) -> Bool {
      robots?.finding(RobotsPath(url), for: Service.ownAgent).isAllowed ?? true
    }
    var items: [DossierItem] = []
    let wellKnown: [(DossierItem.Kind, String)] = [
      (.tdmrep, "/.well-known/tdmrep.json"), (.securityTxt, "/.well-known/security.txt"),
    ]
    for (kind, path) in wellKnown {
      await fetcher.pause(milliseconds: DossierPlan.pauseMilliseconds)
      let fetched = await fetcher.fetch(path, of: plan.host, kind, contact: plan.contact)
      items.append(item(kind, of: plan, fetched))
    }
    if let url = plan.termsURL, isAllowed(url) {
      await fetcher.pause(milliseconds: DossierPlan.pauseMilliseconds)
      let answer = await fetcher.fetch(
        SiteFetch(
          url: url, contact: plan.contact, contentBytesMax: DossierItem.Kind.terms.contentBytesMax
        ))
      items.append(item(.terms, of: plan, (url: url, answer: answer)))
    }
    guard isAllowed("/") else { return items }
    for _ in 0..<DossierPlan.timingRequests {
      await fetcher.pause(milliseconds: DossierPlan.pauseMilliseconds)
      let fetched = await fetcher.fetch(
        "/", of: plan.host, .responseTime, contact: plan.contact)
      items.append(item(.responseTime, of: plan, fetched))
    }
    return items
  }
}

/// Whether a robots.txt of the newest revision is still to be fetched for the first time.
struct IsDossierPending: Query {
  let proposal: ProposalReference

  func run(by act: Act, in tx: borrowing Transaction) async throws -> Bool {
    let found = try await act.find(proposal, in: tx)
    let newest = try await RevisionStore.newest(of: found.id, in: tx)
    return try await DossierStore.standings(of: newest.id, in: tx)
      .contains { $0.verdict == .pending && !$0.isPattern }
  }
}
