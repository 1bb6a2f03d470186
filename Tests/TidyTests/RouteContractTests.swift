import Server
import Testing

@Suite("the route table")
struct RouteContractTests {
  @Test("every call of openapi.yaml is served, and every served call is documented")
  func sameCalls() throws {
    let yaml = try #require(Repository.text(of: "openapi.yaml"), "there is no openapi.yaml")
    let served = Routes.table.map { OpenAPIContract.Call(method: $0.method, path: $0.path) }
    #expect(Set(served).count == served.count, "a call is served twice")
    let differences = OpenAPIContract.differences(
      documented: try OpenAPIContract(yaml: yaml).calls, served: Set(served))
    #expect(differences.isEmpty, "\(differences.joined(separator: "\n"))")
  }
}
