@testable import Postgres
import Testing

@Suite("connection strings")
struct ConnectionOptionsTests {
  private func options(_ url: String) throws(DatabaseError) -> ConnectionOptions {
    try ConnectionOptions(DatabaseConfiguration(url: url))
  }

  @Test("a URI and keywords say the same")
  func forms() throws {
    let uri = try options("postgresql://ann:pw@db.example:5433/app?sslmode=require")
    let words = try options(
      "host=db.example port=5433 user=ann password=pw dbname=app sslmode=require")
    #expect(uri.endpoints == words.endpoints)
    #expect(uri.keywords == words.keywords)
    #expect(uri.keywords["user"] == "ann")
    #expect(uri.keywords["target_session_attrs"] == "read-write")
    #expect(uri.keywords["options"]?.contains("-c lock_timeout=250") == true)
  }

  @Test("TCP finds out that the other end is gone, unless the connection string says otherwise")
  func keepalive() throws {
    let usual = try options("postgresql://db.example/app").keywords
    #expect(usual["keepalives"] == "1")
    #expect(usual["keepalives_idle"] == "15")
    #expect(usual["keepalives_interval"] == "5")
    #expect(usual["keepalives_count"] == "3")
    #expect(usual["tcp_user_timeout"] == "10000")
    let given = try options("postgresql://db.example/app?keepalives_idle=600&tcp_user_timeout=0")
    #expect(given.keywords["keepalives_idle"] == "600")
    #expect(given.keywords["tcp_user_timeout"] == "0")
    #expect(given.keywords["keepalives_count"] == "3")
  }

  @Test("several hosts keep their ports, and only names need a resolver")
  func hosts() throws {
    let several = try options("postgresql://a.example:1,b.example:2/app").endpoints
    #expect(several.map(\.host) == ["a.example", "b.example"])
    #expect(several.map(\.port) == ["1", "2"])
    #expect(several.map(\.needsResolution) == [true, true])
    let pinned = try options("host=a.example,b.example hostaddr=10.0.0.1,10.0.0.2 port=7")
    #expect(pinned.endpoints.map(\.needsResolution) == [false, false])
    #expect(pinned.endpoints.map(\.port) == ["7", "7"])
    #expect(try !options("host=/run/x dbname=app").endpoints[0].needsResolution)
  }

  @Test(
    "what cannot be read is said in one line without the secret in it",
    arguments: [
      "mysql://ann:hunter2@host/app", "postgres//ann:hunter2@host/app", "host=x password=a hunter2",
      "postgresql://ann:hunter2%zz@host/app", "postgresql://ann:hunter2@host:99999/app",
      "postgresql://ann:hunter2@host:+5/app", "host=a,b port=1,2,3 password=hunter2",
      "host=a,b hostaddr=10.0.0.1 password=hunter2", "host=x password='hunter2",
    ])
  func refused(url: String) {
    let error = #expect(throws: DatabaseError.self) { try options(url) }
    let text = error?.description ?? ""
    #expect(text.hasPrefix("database configuration: "), "\(text)")
    #expect(!text.contains("hunter2") && !text.contains("\n"), "\(text)")
  }

  @Test("an unknown keyword is named")
  func unknownKeyword() {
    let error = #expect(throws: DatabaseError.self) { try options("postgresql://h/d?colour=red") }
    #expect(error?.description.contains("colour") == true)
  }
}
