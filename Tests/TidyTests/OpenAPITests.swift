import Testing

@Suite("openapi.yaml and the routes")
struct OpenAPITests {
  typealias Call = OpenAPIContract.Call

  static let sound = """
    openapi: 3.1.0
    paths:
      /v1/people/{id}:
        parameters: [{name: id, in: path}]
        get: {operationId: getPerson, responses: {"200": {$ref: "#/components/responses/ok"}}}
        patch: {operationId: changePerson, responses: {"200": {description: done}}}
      /livez:
        get: {operationId: live, responses: {200: {description: alive}}}
    components: {responses: {ok: {description: fine}}}
    """

  @Test("the calls of a document are read")
  func reads() throws {
    let contract = try OpenAPIContract(yaml: Self.sound)
    #expect(contract.faults.isEmpty)
    #expect(
      contract.calls == [
        Call(method: "GET", path: "/v1/people/:person"),
        Call(method: "PATCH", path: "/v1/people/{x}"),
        Call(method: "GET", path: "/livez"),
      ])
  }

  static let flawed = [
    ("operationId: live", "operationId: getPerson"),
    ("operationId: live, ", ""),
    ("responses: {200: {description: alive}}", "responses: {}"),
    ("parameters: [{name: id, in: path}]", "parameters: []"),
    ("#/components/responses/ok", "#/components/responses/no"),
    ("paths:", "roads:"),
  ]

  @Test("a flawed document is found", arguments: flawed)
  func findsFaults(sound: String, flaw: String) throws {
    let yaml = Self.sound.replacing(sound, with: flaw)
    #expect(yaml != Self.sound)
    #expect(try !OpenAPIContract(yaml: yaml).faults.isEmpty)
  }

  @Test("a call on one side only is found, whichever side it is")
  func findsDifferences() {
    let both = Call(method: "get", path: "/v1/a/{b}")
    let one = Call(method: "post", path: "/v1/a/{b}")
    let same = OpenAPIContract.differences(
      documented: [both], served: [Call(method: "GET", path: "/v1/a/{c}")])
    #expect(same.isEmpty)
    #expect(OpenAPIContract.differences(documented: [both, one], served: [both]).count == 1)
    #expect(OpenAPIContract.differences(documented: [both], served: [both, one]).count == 1)
  }

  @Test("openapi.yaml is sound")
  func isSound() throws {
    let yaml = try #require(Repository.text(of: "openapi.yaml"), "there is no openapi.yaml")
    let contract = try OpenAPIContract(yaml: yaml)
    #expect(contract.faults.isEmpty, "\(contract.faults.joined(separator: "\n"))")
  }
}
