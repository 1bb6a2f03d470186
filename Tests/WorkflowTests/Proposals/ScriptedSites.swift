import Domain
import Synchronization
import Workflow

/// Sites of a test, without sockets: each host answers for each path what the test says now.
final class ScriptedSites: SiteFetcher {
  private struct Script {
    var answers: [String: SiteAnswer] = [:]
    var asked: [String] = []
  }

  private let script = Mutex(Script())

  /// Sets what `host/path` answers from now on.
  func answer(_ place: String, _ status: Int, _ text: String = "") {
    set(
      place,
      SiteAnswer(
        outcome: .answered,
        hops: [.init(url: "https://\(place)", status: status, address: "93.184.216.34")],
        fields: [(name: "Content-Type", value: "text/plain")], content: Array(text.utf8),
        elapsedMilliseconds: 12))
  }

  func fail(_ place: String, _ outcome: SiteAnswer.Outcome) {
    set(place, SiteAnswer(outcome: outcome))
  }

  /// Every URL that was asked for, in order.
  var asked: [String] { script.withLock { $0.asked } }

  func origins(of host: Host) -> [String] { ["https://\(host)"] }

  func fetch(_ request: SiteFetch) async -> SiteAnswer {
    script.withLock { script in
      script.asked.append(request.url)
      let place = String(request.url.dropFirst("https://".count))
      return script.answers[place]
        ?? SiteAnswer(
          outcome: .answered, hops: [.init(url: request.url, status: 404, address: "192.0.2.1")])
    }
  }

  var counts: [SiteAnswer.Outcome: Int] { [.answered: asked.count] }

  func pause(milliseconds: Int) async {}

  func wake() {}

  private func set(_ place: String, _ answer: SiteAnswer) {
    script.withLock { $0.answers[place] = answer }
  }
}
