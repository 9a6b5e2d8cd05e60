// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The certificates of the web server between starts: the device's own authority, what it made, and an operator's own.

import Core
public import Linux
public import Security

/// Why certificates cannot be had. Each has a sentence with the remedy.
public enum CertificateTrouble: Error, Sendable {
  /// A file cannot be read or written.
  case file(path: String, LinuxError)
  /// The authority's file holds no authority of ours.
  case damagedAuthority(path: String)
  /// The library could not make one.
  case notMade(code: Int32)
  /// An operator's file holds no certificate.
  case noCertificate(path: String)
  /// An operator's file holds no private key that can be read without a password.
  case noKey(path: String)
  /// An operator's key is another certificate's.
  case otherKey(certificate: String, key: String)

  /// A sentence for people. Allocates.
  public var text: String {
    switch self {
    case .file(let path, let error): "\(path): \(DiskRemedy.sentence(error))"
    case .damagedAuthority(let path):
      "\(path): no authority that can be used. Bring the file back from a copy; or move it away to have a new one made, which "
        + "every phone and computer then has to trust again"
    case .notMade(let code): "the certificate could not be made (mbedTLS error \(code))"
    case .noCertificate(let path): "\(path): no certificate that can be read; [web] certificate wants a chain in PEM"
    case .noKey(let path): "\(path): no private key that can be read; [web] key wants one in PEM, without a password"
    case .otherKey(let certificate, let key): "\(key): the private key of another certificate than \(certificate)"
    }
  }
}

/// Where certificates of the web server are kept. Loop thread, or a command of its own.
public enum CertificateStore {
  /// A chain of certificates and the key of the first, as PEM text; both may be the same text.
  public struct Server: Sendable {
    /// What the text holds.
    public let chain: CertificateChain
    /// The certificates.
    public let certificates: [UInt8]
    /// The private key: a secret.
    public let key: [UInt8]
  }

  /// The authority's file in `directory`.
  public static func authorityPath(_ directory: String) -> String { directory + "/authority.pem" }

  /// The server certificate's file in `directory`.
  public static func serverPath(_ directory: String) -> String { directory + "/https.pem" }

  /// The authority kept in `directory`; nil when there is none. One that cannot be read is an error, and never replaced.
  public static func authority(_ directory: String) throws(CertificateTrouble) -> CertificateAuthority? {
    let path = authorityPath(directory)
    guard let text = try read(path, isNeeded: false) else { return nil }
    do throws(IdentityError) {
      return try text.parsed { (view) throws(IdentityError) in try CertificateAuthority.restore(view) }
    } catch { throw .damagedAuthority(path: path) }
  }

  /// What the authority made last, kept in `directory`; nil when there is nothing that can be used: it is made anew.
  public static func server(_ directory: String) throws(CertificateTrouble) -> Server? {
    guard let text = try read(serverPath(directory), isNeeded: false) else { return nil }
    return server(text)
  }

  /// The server certificate and key in `text`; nil when it holds none that belong together.
  public static func server(_ text: [UInt8]) -> Server? {
    do throws(IdentityError) {
      let chain = try text.parsed { (view) throws(IdentityError) in try CertificateChain.read(view) }
      let key = try text.parsed { (view) throws(IdentityError) in try PrivateKey.read(view) }
      return chain.fits(key) ? Server(chain: chain, certificates: text, key: text) : nil
    } catch { return nil }
  }

  /// An operator's own certificate and key.
  public static func operators(certificate: String, key: String) throws(CertificateTrouble) -> Server {
    let certificates = try read(certificate, isNeeded: true) ?? []
    let secret = try read(key, isNeeded: true) ?? []
    let chain: CertificateChain
    do throws(IdentityError) {
      chain = try certificates.parsed { (view) throws(IdentityError) in try CertificateChain.read(view) }
    } catch { throw .noCertificate(path: certificate) }
    let read: PrivateKey
    do throws(IdentityError) {
      read = try secret.parsed { (view) throws(IdentityError) in try PrivateKey.read(view) }
    } catch { throw .noKey(path: key) }
    guard chain.fits(read) else { throw .otherKey(certificate: certificate, key: key) }
    return Server(chain: chain, certificates: certificates, key: secret)
  }

  /// Keeps `text`, a secret, in the file at `path` of `directory`, so that a power cut leaves the old or the new one.
  public static func keep(_ text: [UInt8], at path: String, in directory: String) throws(CertificateTrouble) {
    let failure: LinuxError? = text.withByteView { view in
      do throws(LinuxError) {
        try Files.makeDirectory(directory, access: .ownerOnly)
        try Files.writeAtomically(view, to: path, access: .ownerOnly)
        return nil
      } catch { return error }
    }
    if let failure { throw .file(path: path, failure) }
  }

  private static func read(_ path: String, isNeeded: Bool) throws(CertificateTrouble) -> [UInt8]? {
    do throws(LinuxError) {
      return try Files.read(path, limitBytes: Limits.identityFileBytesMax)
    } catch {
      if error.errno == LinuxError.notFound, !isNeeded { return nil }
      throw .file(path: path, error)
    }
  }
}

extension Array where Element == UInt8 {
  /// What `body` makes of the bytes.
  fileprivate func parsed<Result>(_ body: (ByteView) throws(IdentityError) -> Result) throws(IdentityError) -> Result {
    let result: Swift.Result<Result, IdentityError> = withByteView { view in
      do throws(IdentityError) { return .success(try body(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
