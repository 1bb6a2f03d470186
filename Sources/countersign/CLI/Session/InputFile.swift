import ArgumentParser
import Domain
import Foundation
import Wire

/// A file that a command sends, in YAML or JSON.
struct InputFile: Sendable {
  /// As the caller wrote it.
  let name: String
  let bytes: [UInt8]

  /// Reads it whole; `-` is standard input.
  ///
  /// Errors: `ValidationError` when it cannot be read or is longer than a body may be.
  init(_ name: String, bytesMax: Int = bytesMax) throws {
    let contents: Foundation.Data?
    if name == "-" {
      contents = try FileHandle.standardInput.readToEnd()
    } else {
      contents = FileManager.default.contents(atPath: name)
    }
    guard let contents else { throw ValidationError("\(name) cannot be read.") }
    guard contents.count <= bytesMax else {
      throw ValidationError("\(name) is longer than \(bytesMax) bytes.")
    }
    self.init(name: name, bytes: Array(contents))
  }

  init(name: String, bytes: [UInt8]) {
    self.name = name
    self.bytes = bytes
  }

  /// What the service takes in a body.
  static let bytesMax = 1_048_576

  /// Whether it begins as a JSON object does.
  var isJSON: Bool {
    bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) } == UInt8(ascii: "{")
  }

  /// Its value; plain scalars of YAML are what they look like.
  ///
  /// Errors: `UnreadableDocument` naming the places.
  func json() throws -> JSON {
    do throws(InvalidBody) {
      return try isJSON
        ? InputFile.parsed(bytes) : YAMLDocument.parse(bytes, scalars: .coreSchema)
    } catch {
      throw UnreadableDocument(file: name, invalid: error)
    }
  }

  private static func parsed(_ bytes: [UInt8]) throws(InvalidBody) -> JSON {
    do {
      return try JSONParser.parse(bytes)
    } catch {
      throw InvalidBody(error)
    }
  }
}
