internal import CPsl
package import Domain

extension PublicSuffixes {
  /// Where Debian's publicsuffix package keeps the list.
  package static let systemListPath = "/usr/share/publicsuffix/public_suffix_list.dafsa"

  /// The machine's list where it has one, else the list compiled into libpsl. Read once; the
  /// memory is kept for the life of the process.
  package static let system = loaded(from: systemListPath)

  /// The list of a file (text or DAFSA), else the one compiled into libpsl.
  package static func loaded(from path: String) -> PublicSuffixes {
    // psl_latest falls back to the newest of its own sources when the file cannot be read.
    guard let list = psl_latest(path) ?? psl_builtin() else {
      preconditionFailure("libpsl was built without a list and the machine has none")
    }
    // A psl_ctx_t is never changed after loading; every function used below takes it const.
    nonisolated(unsafe) let context = list
    return PublicSuffixes { host, purpose in
      registrableDomain(of: host, in: context, types: purpose.types)
    }
  }

  private static func registrableDomain(
    of host: Host, in context: OpaquePointer, types: Int32
  ) -> Host? {
    // From the longest name down: the first suffix met is the longest one.
    var shorter: Host?
    for candidate in host.selfAndParents {
      if psl_is_public_suffix2(context, candidate.text, types) == 1 { return shorter }
      shorter = candidate
    }
    return nil
  }
}

extension PublicSuffixes.Purpose {
  fileprivate var types: Int32 {
    switch self {
    case .load: PSL_TYPE_ICANN
    case .authority: PSL_TYPE_ICANN | PSL_TYPE_PRIVATE
    }
  }
}
