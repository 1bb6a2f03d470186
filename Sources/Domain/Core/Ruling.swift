/// A new state and the log entry that explains it.
///
/// Only Domain can make one, and `Store.record` takes nothing else: from Workflow upward state
/// cannot change without its log entry, and the compiler says so.
package struct Ruling<Subject: Sendable>: Sendable {
  package let subject: Subject
  package let entry: LogEntry

  init(_ subject: Subject, _ entry: LogEntry) {
    self.subject = subject
    self.entry = entry
  }
}
