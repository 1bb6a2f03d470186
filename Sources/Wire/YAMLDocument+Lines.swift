package import Domain
import Yams

extension YAMLDocument {
  /// The line in which each value of a document stands, counted from 1; none for what is no YAML.
  /// JSON is YAML too.
  package static func lines(of bytes: [UInt8]) -> [JSONPointer: Int] {
    // Without aliases: a few of them stand for billions of nodes.
    let plain = bytes.map { $0 == UInt8(ascii: "*") ? UInt8(ascii: "x") : $0 }
    guard let text = String(validating: plain, as: UTF8.self) else { return [:] }
    do {
      let parser = try Parser(
        yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
      guard let root = try parser.singleRoot() else { return [:] }
      var lines: [JSONPointer: Int] = [:]
      collect(root, at: .root, &lines)
      withExtendedLifetime(parser) {}
      return lines
    } catch {
      // What is wrong with it is said, with its line, by whoever reads it.
      return [:]
    }
  }

  private static func collect(
    _ node: Node, at pointer: JSONPointer, _ lines: inout [JSONPointer: Int]
  ) {
    lines[pointer] = node.mark?.line
    guard pointer.tokens.count < JSONLimits.body.depthMax else { return }
    switch node {
    case .sequence(let sequence):
      for (index, element) in sequence.enumerated() {
        collect(element, at: pointer.appending(index), &lines)
      }
    case .mapping(let mapping):
      for (key, value) in mapping {
        guard case .scalar(let name) = key else { continue }
        let place = pointer.appending(name.string)
        collect(value, at: place, &lines)
        lines[place] = key.mark?.line
      }
    case .scalar, .alias: break
    }
  }
}
