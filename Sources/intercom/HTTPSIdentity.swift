// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who the HTTPS port says it is: what `WebIdentity` keeps good, as the connections want it.

import Core
import Host
import Security

extension WebIdentity {
  /// The chain and key for connections; nil: there is none, and `trouble` says why.
  func forConnections() throws(HostError) -> TLSIdentity? {
    guard let server else { return nil }
    let result: Result<TLSIdentity, IdentityError> = server.certificates.withByteView { certificates in
      server.key.withByteView { key in
        do throws(IdentityError) { return .success(try .read(certificates: certificates, key: key)) } catch {
          return .failure(error)
        }
      }
    }
    switch result {
    case .success(let identity): return identity
    case .failure(let error): throw .certificate(path: "", code: error.code)
    }
  }
}
