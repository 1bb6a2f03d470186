import Foundation
import Glibc

/// What the kernel tells of a process.
struct ProcessSight: Sendable {
  let processID: pid_t

  /// Memory in use, in KiB.
  var residentKiB: Int {
    get throws {
      let line = try text("status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
      return line.flatMap { Int($0.split(separator: " ")[1]) } ?? 0
    }
  }

  /// TCP sockets that it has open, with those that listen.
  var socketCount: Int {
    get throws {
      let rows = try text("net/tcp").split(separator: "\n").dropFirst()
      let sockets = Set(rows.map { "socket:[\($0.split(separator: " ")[9])]" })
      return try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").count { name in
        var link = [CChar](repeating: 0, count: 64)
        // One that was closed since has no link any more.
        let count = readlink("\(folder)/fd/\(name)", &link, link.count)
        let target = link.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }
        return sockets.contains(String(decoding: target, as: UTF8.self))
      }
    }
  }

  /// The number that its next descriptor gets.
  var lowestFreeDescriptor: Int {
    get throws {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd")
      let open = Set(names.compactMap { Int($0) })
      return (0...open.count).first { !open.contains($0) } ?? open.count
    }
  }

  /// Soft and hard limit of open files.
  var descriptorLimits: (soft: String, hard: String) {
    get throws {
      let line = try text("limits").split(separator: "\n").first { $0.hasPrefix("Max open files") }
      let words = line?.split(separator: " ") ?? []
      return words.count > 4 ? (String(words[3]), String(words[4])) : ("", "")
    }
  }

  private var folder: String { "/proc/\(processID)" }

  /// The whole file: such a file has no size, and comes in pieces.
  private func text(_ name: String) throws -> String {
    guard let file = fopen("\(folder)/\(name)", "r") else {
      throw Program.Failure(description: "cannot read \(folder)/\(name): errno \(errno)")
    }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var part = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = fread(&part, 1, part.count, file)
      if count == 0 { return String(decoding: bytes, as: UTF8.self) }
      bytes += part[..<count]
    }
  }
}
