import Foundation

/// A page in Prometheus' text format 0.0.4, read strictly: whatever the format forbids, or a
/// scraper would silently take for something else, is an error.
struct MetricsPage {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  struct Family {
    let help: String
    let type: String
    var samples: [Sample] = []
  }

  struct Sample {
    let name: String
    let labels: [String: String]
    let value: Double
  }

  private(set) var families: [String: Family] = [:]

  init(_ text: String) throws {
    guard text.hasSuffix("\n") else { throw Fault(description: "the last line does not end") }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()[...]
    while let line = lines.popFirst() {
      let help = try Self.announcement("HELP", line)
      let type = try Self.announcement("TYPE", lines.popFirst() ?? "")
      guard help.name == type.name else { throw Fault(description: "TYPE is of \(type.name)") }
      guard families[help.name] == nil else { throw Fault(description: "\(help.name) twice") }
      guard !help.rest.isEmpty, ["counter", "gauge", "histogram"].contains(type.rest) else {
        throw Fault(description: "\(help.name): \(type.rest)")
      }
      var family = Family(help: help.rest, type: type.rest)
      while let next = lines.first, !next.hasPrefix("#") {
        family.samples.append(try Self.sample(next))
        lines.removeFirst()
      }
      try Self.check(family, named: help.name)
      families[help.name] = family
    }
  }

  /// The one sample of these labels; nil when there is none.
  func value(_ name: String, _ labels: [String: String] = [:]) -> Double? {
    let family = name.hasSuffix("_count") ? String(name.dropLast(6)) : name
    return families[family]?.samples.first { $0.name == name && $0.labels == labels }?.value
  }

  /// The sum of all samples that have these labels among theirs.
  func sum(_ name: String, _ labels: [String: String] = [:]) -> Double {
    (families[name]?.samples ?? []).filter { sample in
      labels.allSatisfy { sample.labels[$0.key] == $0.value }
    }.reduce(0) { $0 + $1.value }
  }

  private static func announcement(
    _ word: String, _ line: Substring
  ) throws -> (name: String, rest: String) {
    let parts = line.split(separator: " ", maxSplits: 3, omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "#", parts[1] == word, isName(parts[2]) else {
      throw Fault(description: "no \(word): \(line)")
    }
    return (String(parts[2]), String(parts[3]))
  }

  private static func sample(_ line: Substring) throws -> Sample {
    let name = line.prefix { $0 != "{" && $0 != " " }
    guard isName(name) else { throw Fault(description: "no name: \(line)") }
    var rest = line[name.endIndex...]
    var labels: [String: String] = [:]
    if rest.first == "{" {
      repeat {
        rest.removeFirst()
        let label = rest.prefix { $0 != "=" }
        rest = rest[label.endIndex...]
        guard isName(label), rest.hasPrefix("=\"") else {
          throw Fault(description: "no label: \(line)")
        }
        rest.removeFirst(2)
        let value = try quoted(&rest)
        guard labels.updateValue(value, forKey: String(label)) == nil else {
          throw Fault(description: "\(label) twice: \(line)")
        }
      } while rest.first == ","
      guard rest.first == "}" else { throw Fault(description: "labels do not end: \(line)") }
      rest.removeFirst()
    }
    guard rest.first == " ", let value = Double(rest.dropFirst()), value.isFinite else {
      throw Fault(description: "no value: \(line)")
    }
    return Sample(name: String(name), labels: labels, value: value)
  }

  /// Up to the closing quote, which is taken too.
  private static func quoted(_ rest: inout Substring) throws -> String {
    var value = ""
    while let character = rest.popFirst() {
      if character == "\"" { return value }
      guard character == "\\" else {
        value.append(character)
        continue
      }
      switch rest.popFirst() {
      case "\\": value.append("\\")
      case "\"": value.append("\"")
      case "n": value.append("\n")
      default: throw Fault(description: "a broken escape")
      }
    }
    throw Fault(description: "a label's value does not end")
  }

  private static func isName(_ text: Substring) -> Bool {
    text.wholeMatch(of: /[a-zA-Z_][a-zA-Z0-9_]*/) != nil
  }

  // MARK: Rules of the types

  private static func check(_ family: Family, named name: String) throws {
    if family.type == "counter", !name.hasSuffix("_total") {
      throw Fault(description: "the counter \(name) does not end with _total")
    }
    var seen: Set<[String]> = []
    for sample in family.samples {
      let key = [sample.name] + sample.labels.sorted { $0.key < $1.key }.flatMap { [$0, $1] }
      guard seen.insert(key).inserted else { throw Fault(description: "\(key) twice") }
      if family.type != "gauge", sample.value < 0 {
        throw Fault(description: "\(name) is negative")
      }
      if family.type != "histogram", sample.name != name {
        throw Fault(description: "\(sample.name) is none of \(name)")
      }
    }
    if family.type == "histogram" { try checkHistogram(family, named: name) }
  }

  /// Each series: buckets in order of their bound, never falling, the last one `+Inf` and as
  /// many as `_count`; then `_sum` and `_count`.
  private static func checkHistogram(_ family: Family, named name: String) throws {
    var rest = family.samples[...]
    while !rest.isEmpty {
      var (bound, below) = (-Double.infinity, 0.0)
      var series: [String: String]?
      while let sample = rest.first, sample.name == name + "_bucket" {
        var labels = sample.labels
        guard let le = labels.removeValue(forKey: "le") else {
          throw Fault(description: "a bucket of \(name) without le")
        }
        let next = le == "+Inf" ? Double.infinity : Double(le) ?? .nan
        guard next > bound, sample.value >= below, series == nil || series == labels else {
          throw Fault(description: "buckets of \(name) at \(le)")
        }
        (bound, below, series) = (next, sample.value, labels)
        rest.removeFirst()
      }
      guard bound == .infinity, rest.count >= 2,
        let sum = rest.popFirst(), sum.name == name + "_sum", sum.labels == series,
        let count = rest.popFirst(), count.name == name + "_count", count.labels == series,
        count.value == below
      else { throw Fault(description: "\(name) is no whole histogram") }
    }
  }
}
