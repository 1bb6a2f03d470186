/// What one statement returned: its rows in order, and how many rows it touched.
package struct Rows: Sendable, RandomAccessCollection {
  private let memory: ResultMemory?
  /// Rows selected, inserted, updated or deleted.
  package let affected: Int

  init(memory: ResultMemory?, affected: Int) {
    self.memory = memory
    self.affected = affected
  }

  /// Always zero.
  package var startIndex: Int { 0 }
  /// The number of rows returned.
  package var endIndex: Int { memory?.rowCount ?? 0 }

  /// One row; the position must be in range.
  package subscript(position: Int) -> Row {
    guard let memory, position >= 0, position < memory.rowCount else {
      preconditionFailure("row \(position) of \(endIndex)")
    }
    return Row(memory: memory, index: position)
  }
}
