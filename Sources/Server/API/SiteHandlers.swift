import Domain
import HTTP
import HTTPTypes
import Wire
import Workflow

/// Sites and their ceilings.
enum SiteHandlers {
  static let endpoints: [Endpoint] = [
    Endpoint(.put, "/v1/sites/{host}", put),
    Endpoint(.get, "/v1/sites", list),
    Endpoint(.get, "/v1/sites/{host}", show),
    Endpoint(.get, "/v1/sites/{host}/load", load),
  ]

  static func put(_ call: Call) async throws -> Answer {
    let facts = try call.body(SiteFacts.read(zones: call.service.zones))
    let version = call.ifMatch
    return try await call.perform({ _ in
      PutSite(host: try registrableHost(call), version: version, input: facts)
    }) { output in
      Answer(output.isNew ? 201 : 200, output.site.json).with(.eTag, etag(output.site))
    }
  }

  static func list(_ call: Call) async throws -> Answer {
    let page = Result { try Page(call.request) }
    return try await call.look({ _ in
      let page = try page.get()
      return ListSites(after: page.after, limit: page.limit + 1)
    }) { sites in
      try page.get().answer(sites, of: call.request, key: { $0.host.text }) { $0.json }
    }
  }

  static func show(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowSite(host: try host(call)) }) { site in
      Answer.ok(site.json).with(.eTag, etag(site))
    }
  }

  static func load(_ call: Call) async throws -> Answer {
    try await call.look({ _ in ShowSiteLoad(host: try host(call)) }) { found in
      .ok(found.load.json(at: found.now))
    }
  }

  /// The host of the path; what is no host has no site.
  private static func host(_ call: Call) throws(Refusals) -> Host {
    let text = call.request.pathParameter("host")
    do {
      return try Host(text)
    } catch {
      throw Refusals(.notFound(kind: "site", id: text))
    }
  }

  /// The host of the path; a spelling that is no host, or a public suffix, is a bad request.
  private static func registrableHost(_ call: Call) throws -> Host {
    let pointer = JSONPointer.root.appending("host")
    do {
      let host = try Host(call.request.pathParameter("host"))
      if !host.isAddress, call.service.suffixes.registrableDomain(of: host, for: .load) == nil {
        throw InvalidBody(errors: [
          FieldError(pointer, .publicSuffix, "\(host.text) is a public suffix, not a site")
        ])
      }
      return host
    } catch let error as HostError {
      throw InvalidBody(errors: [FieldError(pointer, .invalidFormat, error.description)])
    }
  }

  private static func etag(_ site: Site) -> String { "\"\(site.version)\"" }
}
