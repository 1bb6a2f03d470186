import Yams

/// What openapi.yaml promises, read for the comparison with the routes that are served.
struct OpenAPIContract {
  /// One call: a method on a path, the names of whose parameters do not matter.
  struct Call: Hashable, Comparable, CustomStringConvertible {
    let method: String
    let path: String

    init(method: String, path: String) {
      self.method = method.uppercased()
      // `/people/{id}` and `/people/:person` are the same place.
      self.path = path.split(separator: "/", omittingEmptySubsequences: false).map { part in
        part.hasPrefix(":") || part.hasPrefix("{") ? "{}" : String(part)
      }.joined(separator: "/")
    }

    var description: String { "\(method) \(path)" }

    static func < (left: Call, right: Call) -> Bool {
      (left.path, left.method) < (right.path, right.method)
    }
  }

  private(set) var calls: Set<Call> = []
  /// What is wrong with the document by itself.
  private(set) var faults: [String] = []

  private static let methods: Set = ["get", "put", "post", "delete", "patch", "head", "options"]

  init(yaml: String) throws {
    guard let root = try Yams.load(yaml: yaml) as? [String: Any] else {
      faults.append("openapi.yaml is not a mapping")
      return
    }
    guard let paths = root["paths"] as? [String: Any], !paths.isEmpty else {
      faults.append("openapi.yaml has no paths")
      return
    }
    var operationIDs: Set<String> = []
    for (path, item) in paths.sorted(by: { $0.key < $1.key }) {
      guard let item = item as? [String: Any] else { continue }
      for (method, operation) in item where Self.methods.contains(method) {
        calls.insert(Call(method: method, path: path))
        let name = "\(method.uppercased()) \(path)"
        let fields = operation as? [String: Any] ?? [:]
        check(fields, name: name, path: path, shared: item["parameters"], ids: &operationIDs)
      }
    }
    checkReferences(of: root, in: root, at: "#")
  }

  /// How two sets of calls differ, one line each; none when they are the same.
  static func differences(documented: Set<Call>, served: Set<Call>) -> [String] {
    documented.subtracting(served).sorted().map { "documented, not served: \($0)" }
      + served.subtracting(documented).sorted().map { "served, not documented: \($0)" }
  }

  private mutating func check(
    _ operation: [String: Any], name: String, path: String, shared: Any?,
    ids: inout Set<String>
  ) {
    if let id = operation["operationId"] as? String {
      if !ids.insert(id).inserted { faults.append("\(name): operationId \(id) is used twice") }
    } else {
      faults.append("\(name): no operationId")
    }
    let responses = operation["responses"] as? [AnyHashable: Any] ?? [:]
    if responses.isEmpty { faults.append("\(name): no responses") }
    let parameters = [operation["parameters"], shared].compactMap { $0 as? [Any] }.joined()
    // A reference may declare any of them, and is checked by itself.
    let hasReference = parameters.contains { ($0 as? [String: Any])?["$ref"] != nil }
    let declared = Set(parameters.compactMap { ($0 as? [String: Any])?["name"] as? String })
    for part in path.split(separator: "/") where part.hasPrefix("{") && part.hasSuffix("}") {
      let parameter = String(part.dropFirst().dropLast())
      if !declared.contains(parameter), !hasReference {
        faults.append("\(name): the path's parameter \(parameter) is not declared")
      }
    }
  }

  /// Every `$ref` of the document has to lead to something in it.
  private mutating func checkReferences(of node: Any, in root: [String: Any], at place: String) {
    if let fields = node as? [AnyHashable: Any] {
      if let reference = fields["$ref"] as? String, !Self.resolves(reference, in: root) {
        faults.append("\(place): \(reference) leads nowhere")
      }
      for (key, value) in fields.sorted(by: { "\($0.key)" < "\($1.key)" }) {
        checkReferences(of: value, in: root, at: "\(place)/\(key)")
      }
    } else if let items = node as? [Any] {
      for (index, value) in items.enumerated() {
        checkReferences(of: value, in: root, at: "\(place)/\(index)")
      }
    }
  }

  private static func resolves(_ reference: String, in root: [String: Any]) -> Bool {
    guard reference.hasPrefix("#/") else { return false }
    var node: Any = root
    for part in reference.dropFirst(2).split(separator: "/") {
      let key = String(part).replacing("~1", with: "/").replacing("~0", with: "~")
      guard let next = (node as? [AnyHashable: Any])?[key] else { return false }
      node = next
    }
    return true
  }
}
