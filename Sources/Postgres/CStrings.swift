/// C copies of texts in an array that ends with nil, freed with their owner.
struct CStrings: ~Copyable {
  private let pointers: [UnsafePointer<CChar>?]

  init(_ texts: [String]) {
    pointers =
      texts.map { text in
        let bytes = text.utf8CString
        let copy = UnsafeMutablePointer<CChar>.allocate(capacity: bytes.count)
        for (offset, byte) in bytes.enumerated() { copy[offset] = byte }
        return UnsafePointer(copy)
      } + [nil]
  }

  deinit {
    for pointer in pointers { pointer?.deallocate() }
  }

  borrowing func withPointers<R>(
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?) -> R
  ) -> R {
    pointers.withUnsafeBufferPointer { body($0.baseAddress) }
  }
}
