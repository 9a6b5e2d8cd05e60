// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who the HTTPS port says it is.

import Config
import Core
import Host
import Linux
import Security

/// Who the HTTPS port says it is: the operator's certificate, or one made at start.
func makeHTTPSIdentity(_ settings: WebSettings) throws(HostError) -> TLSIdentity {
  guard let certificate = settings.certificate else { return try madeIdentity() }
  let chain = try readIdentityFile(certificate)
  let key = try readIdentityFile(settings.key ?? certificate)
  return try identity(certificates: chain, key: key, path: certificate)
}

/// A self-signed certificate that lives as long as the program.
private func madeIdentity() throws(HostError) -> TLSIdentity {
  let text: [UInt8]
  do throws(IdentityError) { text = try DTLSIdentity.make().exported() } catch {
    throw .certificate(path: "", code: error.code)
  }
  return try identity(certificates: text, key: text, path: "")
}

private func identity(certificates: [UInt8], key: [UInt8], path: String) throws(HostError) -> TLSIdentity {
  let result: Result<TLSIdentity, IdentityError> = certificates.withByteView { certificates in
    key.withByteView { key in
      do throws(IdentityError) { return .success(try .read(certificates: certificates, key: key)) } catch {
        return .failure(error)
      }
    }
  }
  switch result {
  case .success(let identity): return identity
  case .failure(let error): throw .certificate(path: path, code: error.code)
  }
}

private func readIdentityFile(_ path: String) throws(HostError) -> [UInt8] {
  do throws(LinuxError) { return try Files.read(path, limitBytes: Limits.identityFileBytesMax) } catch {
    throw .system(what: path, error)
  }
}
