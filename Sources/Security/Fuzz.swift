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

  /// Bytes as a chain and key in PEM, and as a bundle of authorities.
  public static func certificates(_ bytes: ByteView) {
    do throws(IdentityError) { _ = try TLSIdentity.read(certificates: bytes, key: bytes) } catch {}
    do throws(IdentityError) { _ = try TLSAuthorities.read(bytes) } catch {}
  }

  /// Bytes as what comes to a TLS server and to a client that has sent its hello, and again, when the handshake between
  /// the two is done, in both directions.
  public static func secureConnection(_ bytes: ByteView) {
    guard let identity = tlsIdentity() else { return }
    do throws(TLSError) {
      var server = try TLSChannel(server: identity)
      var client = try TLSChannel(client: "door.local", trust: .leaf(identity.fingerprint))
      client.step()
      feed(bytes, to: &server)
      feed(bytes, to: &client)
      var left = try TLSChannel(server: identity)
      var right = try TLSChannel(client: "door.local", trust: .leaf(identity.fingerprint))
      for _ in 0..<4 {
        right.step()
        right.pollOutput { left.put($0) }
        left.step()
        left.pollOutput { right.put($0) }
      }
      precondition(left.state == .established && right.state == .established, "a TLS handshake in memory failed")
      feed(bytes, to: &left)
      feed(bytes, to: &right)
    } catch {}
  }

  private static func feed(_ bytes: ByteView, to channel: inout TLSChannel) {
    var offset = 0
    withUnsafeTemporaryAllocation(byteCount: 512, alignment: 8) { buffer in
      while offset < bytes.count {
        let taken = channel.put(bytes.dropFirst(offset))
        guard taken > 0 else { return }
        offset += taken
        channel.step()
        while channel.read(into: MutableByteView(buffer)) > 0 {}
      }
    }
    channel.putEnd()
    channel.step()
    channel.pollOutput { $0.count }
    channel.finish()
  }

  private static func tlsIdentity() -> TLSIdentity? {
    do throws(IdentityError) {
      let text = try DTLSIdentity.make().exported()
      let read: Result<TLSIdentity, IdentityError> = text.withByteView { view in
        do throws(IdentityError) { return .success(try .read(certificates: view, key: view)) } catch {
          return .failure(error)
        }
      }
      return try read.get()
    } catch { return nil }
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
