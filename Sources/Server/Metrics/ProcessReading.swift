import Foundation
import Glibc
import Metrics

/// What the kernel says of this process (proc(5)). Costs some ten microseconds.
struct ProcessReading {
  let cpuSeconds: Double
  let residentBytes: Double
  let openDescriptors: Double
  let descriptorsMax: Double
  let startedAt: Double

  init() {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    cpuSeconds = Self.seconds(usage.ru_utime) + Self.seconds(usage.ru_stime)
    residentBytes =
      Double(Self.number(1, of: "/proc/self/statm")) * Double(sysconf(Int32(_SC_PAGESIZE)))
    openDescriptors = Double(Self.openDescriptorCount())
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    descriptorsMax = Double(limit.rlim_cur)
    startedAt = Self.startSeconds
  }

  var families: [MetricFamily] {
    [
      .counter("process_cpu_seconds_total", "CPU time of user and system.", cpuSeconds),
      .gauge("process_resident_memory_bytes", "Memory that is resident.", residentBytes),
      .gauge("process_open_fds", "Open descriptors.", openDescriptors),
      .gauge("process_max_fds", "Descriptors that may be open.", descriptorsMax),
      .gauge(
        "process_start_time_seconds", "When the process was started, since 1970.", startedAt),
    ]
  }

  private static func seconds(_ time: timeval) -> Double {
    Double(time.tv_sec) + Double(time.tv_usec) / 1_000_000
  }

  /// Ticks since the machine was started, and when that was.
  private static let startSeconds: Double = {
    // The second field is the program's name in parentheses, which may hold anything.
    let rest = text(of: "/proc/self/stat").split(separator: ")").last ?? ""
    let fields = rest.split(separator: " ")
    let ticks = fields.count > 19 ? Double(fields[19]) ?? 0 : 0
    let boot = text(of: "/proc/stat").split(separator: "\n").first { $0.hasPrefix("btime ") }
    let bootSeconds = boot.flatMap { Double($0.dropFirst(6)) } ?? 0
    return bootSeconds + ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
  }()

  /// The size of the folder is their number since Linux 6.2; before, they have to be counted.
  private static func openDescriptorCount() -> Int {
    var status = stat()
    if stat("/proc/self/fd", &status) == 0, status.st_size > 0 { return Int(status.st_size) }
    guard let folder = opendir("/proc/self/fd") else { return 0 }
    defer { closedir(folder) }
    var count = 0
    while readdir(folder) != nil { count += 1 }
    // Not the folder itself, its parent, and this look at it.
    return count - 3
  }

  private static func number(_ index: Int, of file: String) -> Int {
    let fields = text(of: file).split(separator: " ")
    return index < fields.count ? Int(fields[index]) ?? 0 : 0
  }

  private static func text(of file: String) -> String {
    String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
  }
}
