// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The certificate between starts.

import Core
import Linux
public import Security

/// Where the certificate is kept.
enum IdentityStore {
  /// The certificate kept in `directory`, or a new one, kept there for the next start; without a directory always a new
  /// one. A kept one that cannot be read is an error and not replaced: whoever pinned its fingerprint would not know. A
  /// new one that cannot be kept, as on a full disk, is used all the same, and `failure` says why: calls do not need the
  /// disk, and the next start tries again.
  static func load(_ directory: String?, failure: inout LinuxError?) throws(HostError) -> DTLSIdentity {
    guard let directory else { return try make() }
    let path = directory + "/identity.pem"
    if let kept = try read(path) {
      let result: Result<DTLSIdentity, IdentityError> = kept.withByteView { view in
        do throws(IdentityError) { return .success(try .restore(view)) } catch { return .failure(error) }
      }
      switch result {
      case .success(let identity): return identity
      case .failure(let error): throw .certificate(path: path, code: error.code)
      }
    }
    let identity = try make()
    let bytes: [UInt8]
    do throws(IdentityError) { bytes = try identity.exported() } catch {
      throw .certificate(path: path, code: error.code)
    }
    failure = bytes.withByteView { view in
      do throws(LinuxError) {
        try Files.makeDirectory(directory, access: .ownerOnly)
        try Files.writeAtomically(view, to: path, access: .ownerOnly)
        return nil
      } catch { return error }
    }
    return identity
  }

  private static func make() throws(HostError) -> DTLSIdentity {
    do throws(IdentityError) { return try DTLSIdentity.make() } catch { throw .certificate(path: "", code: error.code) }
  }

  private static func read(_ path: String) throws(HostError) -> [UInt8]? {
    do throws(LinuxError) {
      return try Files.read(path, limitBytes: Limits.identityFileBytesMax)
    } catch {
      if error.errno == LinuxError.notFound { return nil }
      throw .system(what: path, error)
    }
  }
}

extension IdentityError {
  /// The library's number.
  public var code: Int32 {
    switch self {
    case .malformed(let code), .unavailable(let code): code
    }
  }
}
