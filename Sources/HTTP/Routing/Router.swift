import HTTPTypes

/// Finds the route of a request, and answers what has none.
package struct Router: Sendable {
  /// Makes the answer to a failure; the failure's status and the fields that belong to it
  /// (Allow, Retry-After) are set afterwards.
  package typealias ErrorResponse = @Sendable (HTTPFailure, _ requestID: String) -> Response

  enum Resolution: Sendable {
    /// With the route's position among all.
    case route(Route, [PathParameter], position: Int)
    case options(allow: [String])
    case failure(HTTPFailure)
  }

  /// In the order in which they were given.
  package let routes: [Route]
  /// With whom a request competes for handlers.
  let lane: @Sendable (Request) -> RequestLane
  private let parameterNames: [[String]]
  private let table: RouteTable
  private let errorResponse: ErrorResponse

  /// Two routes of the same method whose patterns match the same paths are a mistake.
  package init(
    routes: [Route], lane: @escaping @Sendable (Request) -> RequestLane = { _ in .interactive },
    errorResponse: @escaping ErrorResponse
  ) {
    var table = RouteTable()
    var names: [[String]] = []
    var shapes: Set<String> = []
    for (index, route) in routes.enumerated() {
      names.append(table.insert(route.pattern, route: index))
      let shape = route.pattern.split(separator: "/", omittingEmptySubsequences: false)
        .map { $0.hasPrefix("{") ? "{}" : $0 }.joined(separator: "/")
      let isNew = shapes.insert("\(route.method) \(shape)").inserted
      precondition(isNew, "\(route.method) \(route.pattern) is there twice")
    }
    self.routes = routes
    self.lane = lane
    self.table = table
    parameterNames = names
    self.errorResponse = errorResponse
  }

  /// Answers without a connection, as the listener would.
  package func answer(_ request: Request) async -> Response {
    switch resolve(request.head) {
    case .failure(let failure): return response(to: failure, requestID: request.id)
    case .options(let allow): return optionsResponse(allow: allow)
    case .route(let route, let parameters, _):
      guard request.body.count <= route.bodyBytesMax else {
        let failure = HTTPFailure.bodyTooLarge(bytesMax: route.bodyBytesMax)
        return response(to: failure, requestID: request.id)
      }
      var request = request
      request.pathParameters = parameters
      switch route.endpoint {
      case .fixed(let response): return response
      case .immediate(let handler): return handler(request)
      case .recalling(let recall, let handler):
        if let response = recall(request) { return response }
        return await handler(request)
      case .waiting(let handler): return await handler(request)
      case .streaming(let handler):
        request.stream = BodyStream(whole: request.body)
        return await handler(request)
      }
    }
  }

  func resolve(_ head: RequestHead) -> Resolution {
    guard Self.isServed(head.method) else { return .failure(.methodUnknown) }
    if let query = head.query,
      head.withBytes(
        query,
        {
          $0.position(of: ASCII.percent) != nil && !Self.isDecodable($0)
        })
    {
      return .failure(.malformedPath)
    }
    if head.method == .options, head.withBytes(head.path, { $0.isExactly("*") }) {
      return .options(allow: allow(of: Array(routes.indices)))
    }
    switch head.withBytes(head.path, table.find) {
    case .malformed: return .failure(.malformedPath)
    case .notFound: return .failure(.notFound)
    case .found(let found): return resolve(head.method, found)
    }
  }

  func response(to failure: HTTPFailure, requestID: String) -> Response {
    var response = errorResponse(failure, requestID)
    response.status = failure.status
    switch failure {
    case .methodNotAllowed(let allow): response.set(.allow, allow.joined(separator: ", "))
    case .overloaded, .handlerTimedOut:
      if response.value(of: .retryAfter) == nil { response.set(.retryAfter, "1") }
    default: break
    }
    return response
  }

  func optionsResponse(allow: [String]) -> Response {
    var response = Response(status: .noContent)
    response.set(.allow, allow.joined(separator: ", "))
    return response
  }

  private func resolve(
    _ method: HTTPRequest.Method, _ found: RouteTable.Found
  ) -> Resolution {
    let wanted = method == .head ? .get : method
    let hasOwnHead = found.routes.contains { routes[$0].method == .head }
    let exact = method == .head && hasOwnHead ? .head : wanted
    if let index = found.routes.first(where: { routes[$0].method == exact }) {
      let parameters = zip(parameterNames[index], found.values).map {
        PathParameter(name: $0, value: $1)
      }
      return .route(routes[index], parameters, position: index)
    }
    let allow = allow(of: found.routes)
    return method == .options ? .options(allow: allow) : .failure(.methodNotAllowed(allow: allow))
  }

  /// The methods of these routes, with those that are served without a route.
  private func allow(of indices: [Int]) -> [String] {
    var methods = Set(indices.map { routes[$0].method.rawValue })
    methods.insert("OPTIONS")
    if methods.contains("GET") { methods.insert("HEAD") }
    return methods.sorted()
  }

  private static func isServed(_ method: HTTPRequest.Method) -> Bool {
    switch method.rawValue {
    case "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS": true
    default: false
    }
  }

  private static func isDecodable(_ query: ByteSlice) -> Bool {
    PercentCoding.queryItems(in: query) != nil
  }
}
