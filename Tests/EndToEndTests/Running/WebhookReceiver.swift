import Domain
import Foundation

/// A receiver of webhooks in another language: what it is sent it prints, one line each.
final class WebhookReceiver: Sendable {
  struct Message: Sendable {
    let json: JSON

    func field(_ name: String) -> String? { json["fields"][name].text }
    var body: String { json["body"].text ?? "" }
    var id: String { field("webhook-id") ?? "" }
  }

  let workplace: Workplace
  let port: Int
  private let program: Program

  var url: String { "http://127.0.0.1:\(port)/hook" }
  var authority: String { "127.0.0.1:\(port)" }

  /// The Python that has the package of Standard Webhooks; nil where `./test` could not get it.
  static let python = Python.with("standardwebhooks")

  static func with(_ body: (WebhookReceiver) async throws -> Void) async throws {
    let receiver = try await WebhookReceiver()
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(receiver))
    } catch {
      result = .failure(error)
    }
    receiver.program.signal(SIGKILL)
    _ = try await receiver.program.end()
    receiver.workplace.remove()
    try result.get()
  }

  private init() async throws {
    workplace = try Workplace()
    let script = workplace.path + "/receiver.py"
    try Data(Self.server.utf8).write(to: URL(filePath: script))
    program = try workplace.start(
      ["/usr/bin/env", "python3", "-u", script],
      environment: ["PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"])
    let line = try await program.output { $0.contains("\n") }
    guard let port = Int(line.prefix { $0 != "\n" }) else {
      throw Program.Failure(description: "the receiver has no port: \(line)")
    }
    self.port = port
  }

  /// What it has been sent once there are so many, for at most two minutes.
  func messages(_ count: Int) async throws -> [Message] {
    let text = try await program.output(within: 120) { text in
      text.split(separator: "\n").count > count
    }
    return try text.split(separator: "\n").dropFirst().map { line in
      Message(json: try JSONParser.parse(Array(line.utf8)))
    }
  }

  /// What a receiver with the published package says of a message: `verified`, or its complaint.
  func verdict(of message: Message, secret: String) async throws -> String {
    guard let python = Self.python else {
      throw Program.Failure(description: "there is no package")
    }
    let number = UInt32.random(in: .min ... .max)
    let script = workplace.path + "/verify-\(number).py"
    let file = workplace.path + "/message-\(number).json"
    try Data(Self.verifier.utf8).write(to: URL(filePath: script))
    try Data(message.json.bytes()).write(to: URL(filePath: file))
    let check = try workplace.start([python, script, secret, file], environment: [:])
    return try await check.end().output.trimmingCharacters(in: .whitespacesAndNewlines)
  }

  private static let server = """
    import http.server, json, sys, threading

    lock = threading.Lock()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            fields = {name.lower(): value for name, value in self.headers.items()}
            message = {"path": self.path, "fields": fields, "body": body.decode()}
            with lock:
                sys.stdout.write(json.dumps(message) + "\\n")
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    print(server.server_address[1])
    server.serve_forever()
    """

  private static let verifier = """
    import json, sys
    from standardwebhooks.webhooks import Webhook

    message = json.load(open(sys.argv[2]))
    try:
        Webhook(sys.argv[1]).verify(message["body"], message["fields"])
        print("verified")
    except Exception as refusal:
        print(refusal)
    """
}
