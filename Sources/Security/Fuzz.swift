// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The doors through which hostile bytes enter the room, for fuzzing: none may trap.

public import Core
import Peer

/// One entry a parser; results are ignored.
public enum SecurityFuzz {
  /// Bytes as a stored identity.
  public static func identity(_ bytes: ByteView) {
    do throws(IdentityError) { _ = try DTLSIdentity.restore(bytes) } catch {}
  }

  /// Bytes as a file with certificates, an authority's among them.
  public static func certificate(_ bytes: ByteView) {
    do throws(IdentityError) {
      let chain = try CertificateChain.read(bytes)
      _ = chain.alternativeNames
      _ = chain.commonName
      _ = chain.validity
      _ = chain.isVouchedFor(by: chain)
    } catch {}
    _ = NameConstraints(der: bytes)
  }

  /// Bytes as a datagram that comes to a waiting server, and to a client that has sent its hello.
  public static func handshake(_ bytes: ByteView) {
    do throws(IdentityError) {
      let identity = try DTLSIdentity.make()
      var server = DTLSSRTPChannel(identity: identity)
      server.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
      server.handleHandshake(bytes, at: .zero)
      var client = DTLSSRTPChannel(identity: identity)
      client.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
      client.handleHandshake(bytes, at: .zero)
    } catch {}
  }

  /// Bytes as SRTP and SRTCP, and as packets of ours to be protected.
  public static func packets(_ bytes: ByteView) {
    var key = InlineArray<30, UInt8>(repeating: 0)
    withUnsafeMutableBytes(of: &key) { buffer in
      let view = ByteView(UnsafeRawBufferPointer(buffer))
      do throws(SRTPError) {
        var inbound = try SRTPSession(masterKey: view[0..<16], salt: view[16..<30], direction: .inbound)
        var outbound = try SRTPSession(masterKey: view[0..<16], salt: view[16..<30], direction: .outbound)
        var packet = Datagram()
        packet.assign(bytes)
        _ = inbound.unprotectRTP(&packet)
        packet.assign(bytes)
        _ = inbound.unprotectRTCP(&packet)
        packet.assign(bytes)
        // What was protected comes back as it was; then it is parsed with a tag that is right.
        if outbound.protectRTP(&packet) == .done { _ = inbound.unprotectRTP(&packet) }
        packet.assign(bytes)
        if outbound.protectRTCP(&packet) == .done { _ = inbound.unprotectRTCP(&packet) }
      } catch {}
    }
  }
}
