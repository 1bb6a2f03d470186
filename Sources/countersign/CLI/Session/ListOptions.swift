import ArgumentParser

/// Which part of a list.
struct ListOptions: ParsableArguments {
  @Option(help: "How many at most (1 to 200).")
  var limit: Int?

  @Option(help: "Where the last page ended.")
  var cursor: String?

  var query: API.Query { [("limit", limit.map(String.init)), ("cursor", cursor)] }
}
