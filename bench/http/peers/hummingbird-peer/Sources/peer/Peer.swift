import Hummingbird
import Logging
import NIOPosix

/// The same answer from Hummingbird on one loop, without an access log.
@main
struct Peer {
  static func main() async throws {
    let arguments = CommandLine.arguments
    guard arguments.count == 3, let port = Int(arguments[1]) else {
      fatalError("usage: peer PORT BODY")
    }
    let body = ByteBuffer(string: arguments[2])
    let router = Router()
    router.get("/livez") { _, _ in
      Response(
        status: .ok, headers: [.contentType: "application/json"],
        body: .init(byteBuffer: body))
    }
    var logger = Logger(label: "peer")
    logger.logLevel = .critical
    let app = Application(
      router: router,
      configuration: .init(address: .hostname("127.0.0.1", port: port)),
      eventLoopGroupProvider: .shared(MultiThreadedEventLoopGroup(numberOfThreads: 1)),
      logger: logger)
    try await app.runService()
  }
}
