package import HTTP
package import Metrics
import Workflow

/// Where the numbers of a process come from.
package struct Meters: Sendable {
  package let traffic: HTTPTraffic
  package let leases = LeaseMeter()
  /// Of this binary.
  package let version: String
  /// Of what runs beside the service.
  let others: @Sendable () -> [MetricFamily]

  package init(
    traffic: HTTPTraffic = HTTPTraffic(), version: String = "unknown",
    others: @escaping @Sendable () -> [MetricFamily] = { [] }
  ) {
    self.traffic = traffic
    self.version = version
    self.others = others
  }

  /// Everything that `/metrics` shows. The names of what every process has are those that other
  /// programs give them; the rest is ours.
  func families(of service: Service) async -> [MetricFamily] {
    let own =
      await traffic.families() + (await service.families()) + [leases.family, build] + others()
    return own.map { $0.prefixed("countersign_") } + ProcessReading().families
  }

  private var build: MetricFamily {
    MetricFamily(
      "build_info", "Always 1; the labels say which binary this is.",
      .gauges([([("version", version)], 1)]))
  }
}
