/// What to try next: the calls of the main job, ready to be pasted into a shell.
struct MainJob {
  let credentials: DemoCredentials
  let file: String

  var text: String {
    "ready: \(credentials.baseURL)"
  }
}
