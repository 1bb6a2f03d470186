import HTTPTypes

/// Patterns as a tree of segments. Literals win over parameters.
struct RouteTable: Sendable {
  /// What a path leads to.
  struct Found {
    /// Indices of routes, in the order in which they were given.
    let routes: [Int]
    /// Decoded, in the order of the path.
    let values: [String]
  }

  enum Outcome {
    case found(Found)
    case notFound
    case malformed
  }

  private struct Node: Sendable {
    var literals: [(bytes: [UInt8], node: Int)] = []
    var parameter: Int?
    var routes: [Int] = []
  }

  private var nodes = [Node()]

  /// Adds a route's pattern and gives its parameters' names.
  mutating func insert(_ pattern: String, route: Int) -> [String] {
    precondition(pattern.utf8.first == ASCII.slash, "a pattern begins with a slash")
    var node = 0
    var names: [String] = []
    for segment in pattern.split(separator: "/", omittingEmptySubsequences: false).dropFirst() {
      if segment.hasPrefix("{"), segment.hasSuffix("}") {
        names.append(String(segment.dropFirst().dropLast()))
        node = parameterNode(of: node)
      } else {
        precondition(!segment.contains("{"), "a parameter is a whole segment")
        node = literalNode(of: node, Array(segment.utf8))
      }
    }
    nodes[node].routes.append(route)
    return names
  }

  /// Finds the routes of a path, which is still percent-encoded.
  func find(_ path: ByteSlice) -> Outcome {
    // An absolute form may have no path at all: the same as "/".
    let rest = path.base[min(path.startIndex + 1, path.endIndex)..<path.endIndex]
    guard Self.isDecodable(rest) else { return .malformed }
    var values: [String] = []
    guard let node = descend(from: 0, rest, &values) else { return .notFound }
    return .found(Found(routes: nodes[node].routes, values: values))
  }

  /// Whether every segment can be decoded.
  private static func isDecodable(_ path: ByteSlice) -> Bool {
    guard path.position(of: ASCII.percent) != nil else { return true }
    return path.split(separator: ASCII.slash, omittingEmptySubsequences: false)
      .allSatisfy { PercentCoding.segment($0) != nil }
  }

  /// The node that `path`, which is nil behind the last segment, leads to from a node.
  private func descend(from node: Int, _ path: ByteSlice?, _ values: inout [String]) -> Int? {
    guard let path else { return nodes[node].routes.isEmpty ? nil : node }
    let slash = path.position(of: ASCII.slash)
    let segment = path.base[path.startIndex..<(slash ?? path.endIndex)]
    let rest = slash.map { path.base[($0 + 1)..<path.endIndex] }
    let decoded =
      segment.position(of: ASCII.percent) == nil ? nil : PercentCoding.segment(segment)
    for literal in nodes[node].literals {
      let isEqual =
        decoded.map { $0.utf8.elementsEqual(literal.bytes) }
        ?? literal.bytes.withUnsafeBufferPointer(segment.isExactly)
      if isEqual, let found = descend(from: literal.node, rest, &values) { return found }
    }
    guard let parameter = nodes[node].parameter, !segment.isEmpty else { return nil }
    values.append(decoded ?? String(decoding: segment, as: UTF8.self))
    if let found = descend(from: parameter, rest, &values) { return found }
    values.removeLast()
    return nil
  }

  private mutating func parameterNode(of node: Int) -> Int {
    if let existing = nodes[node].parameter { return existing }
    nodes.append(Node())
    nodes[node].parameter = nodes.count - 1
    return nodes.count - 1
  }

  private mutating func literalNode(of node: Int, _ bytes: [UInt8]) -> Int {
    if let existing = nodes[node].literals.first(where: { $0.bytes == bytes }) {
      return existing.node
    }
    nodes.append(Node())
    nodes[node].literals.append((bytes, nodes.count - 1))
    return nodes.count - 1
  }
}
