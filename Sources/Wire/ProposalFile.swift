package import Domain

/// A proposal as a YAML file: the content itself, with dates that may be relative.
package enum ProposalFile {
  /// Reads the file and puts days in the place of `today` and `+60d`.
  ///
  /// The result has strings only; its compact bytes are YAML too, which is how the command line
  /// sends it.
  package static func read(_ bytes: [UInt8], today: LocalDate) throws(InvalidBody) -> JSON {
    let json = try YAMLDocument.parse(bytes)
    return replacingDates(in: json, today: today)
  }

  private static func replacingDates(in json: JSON, today: LocalDate) -> JSON {
    switch json {
    case .object(let object):
      return .object(
        JSONObject(
          members: object.members.map { member in
            let isDate = member.name.hasSuffix("_on")
            if isDate, case .string(let text) = member.value, let day = day(text, today) {
              return (name: member.name, value: JSON(day))
            }
            return (
              name: member.name, value: replacingDates(in: member.value, today: today)
            )
          }))
    case .array(let elements):
      return .array(elements.map { replacingDates(in: $0, today: today) })
    case .null, .bool, .number, .string: return json
    }
  }

  /// `today`, `+60d` or `-30d`; nil for anything else.
  private static func day(_ text: String, _ today: LocalDate) -> LocalDate? {
    if text == "today" { return today }
    guard let sign = text.first, sign == "+" || sign == "-", text.hasSuffix("d"),
      let days = Int64(digits: text.utf8.dropFirst().dropLast()), days <= 3_650
    else { return nil }
    return today.adding(days: Int32(sign == "+" ? days : -days))
  }
}
