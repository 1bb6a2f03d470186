import Foundation

/// A line for whoever started the process, written at once also into a pipe or a file.
enum Announcement {
  static func print(_ line: String) {
    FileHandle.standardOutput.write(Data((line + "\n").utf8))
  }
}
