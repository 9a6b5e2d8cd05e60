// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The linked mbedTLS and libsrtp inside the product: packets by RFC 3711, handshakes in memory, identities.

import Core
import Peer
import Security

/// The master key and salt of RFC 3711 appendix B.3, in one session.
private func session(_ direction: SRTPSession.Direction) throws(SRTPError) -> SRTPSession {
  let bytes = hex("E1F97A0D3E018BE0D64FA32C06DE4139 0EC675AD498AFEEBB6960B3AABE6")
  var block = InlineArray<30, UInt8>(repeating: 0)
  for index in 0..<30 { block[index] = bytes[index] }
  return try withUnsafeBytes(of: block) { (buffer) throws(SRTPError) in
    let view = ByteView(buffer)
    return try SRTPSession(masterKey: view[0..<16], salt: view[16..<30], direction: direction)
  }
}

/// Packets and what RFC 3711 makes of them with the key of appendix B.3, computed apart from this program; the session
/// keys of B.3 and the key stream of B.2 pin that computation.
private enum Sample {
  static let plain: StaticString = "806F1234000003C0CAFEBABE000102030405060708090A0B0C0D0E0F10111213"
  static let protected: StaticString = """
    806f1234000003c0cafebabe e5ff75e44837d5742f0673b5333b81a68f0181f1 7c1b97c842a2462b3d08
    """
  /// The number before the wrap, then the first behind it, under the next rollover counter.
  static let beforeWrap: StaticString = "806FFFFF00000780CAFEBABE000102030405060708090A0B0C0D0E0F10111213"
  static let beforeWrapProtected: StaticString = """
    806fffff00000780cafebabe 58c43f542802acd92f48fe341db1b81cf83e8a0e cc39c634f53ed7de0c54
    """
  static let behindWrap: StaticString = "806F000000000B40CAFEBABE000102030405060708090A0B0C0D0E0F10111213"
  static let behindWrapProtected: StaticString = """
    806f000000000b40cafebabe 8f4650853339128665db16365a5b93fe316d25b6 05b28a8bbfa7e136b7ab
    """
  static let extended: StaticString = "906F123500000780CAFEBABE BEDE000110FF0000 00010203040506"
  static let extendedProtected: StaticString = """
    906f123500000780cafebabe bede000110ff0000 ba933651fe6d4d f9495c2966f5b295dca6
    """
  static let control: StaticString = "80C90001CAFEBABE81CA0002CAFEBABE01014100"
  static let controlProtected: StaticString = """
    80c90001cafebabe 5b49a8f285d2a8a814527aea 80000001 29bc504b0f2f86639129
    """
}

/// An identity that openssl made for this test; nothing else uses it.
private let identityText: StaticString = """
  -----BEGIN EC PRIVATE KEY-----
  MHcCAQEEIBVLgVy28lbw/DNXhtynJJrm/BlcPc3YCzEAgR3bazHWoAoGCCqGSM49
  AwEHoUQDQgAEzl3HFw4SJooztXtiGkK6xm7D5RKCCeFlz4GGfYBN8jpD5ICYioFV
  EfIrdtda7XC2ISC5f/9p/PHAHC3FDFyoZg==
  -----END EC PRIVATE KEY-----
  -----BEGIN CERTIFICATE-----
  MIIBcDCCARWgAwIBAgIUUR5o6AascUYDQqC/hOua/YhTCAEwCgYIKoZIzj0EAwIw
  DDEKMAgGA1UEAwwBeDAgFw0yNjExMjIxNjIwMDhaGA8yMTI2MTAyOTE2MjAwOFow
  DDEKMAgGA1UEAwwBeDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABM5dxxcOEiaK
  M7V7YhpCusZuw+USggnhZc+Bhn2ATfI6Q+SAmIqBVRHyK3bXWu1wtiEguX//afzx
  wBwtxQxcqGajUzBRMB0GA1UdDgQWBBSn20FkTbvYRqvoXp9nreMXhQyL2TAfBgNV
  HSMEGDAWgBSn20FkTbvYRqvoXp9nreMXhQyL2TAPBgNVHRMBAf8EBTADAQH/MAoG
  CCqGSM49BAMCA0kAMEYCIQCOBp79FtEUMgtkM9Pczp3EDKdhPBifMt73vXHasOE8
  qgIhALfdMg3uOBvYF64w6e0YejiZHnXUqKUBBq/IjY1jjjV8
  -----END CERTIFICATE-----

  """

/// Two channels and the wire between them, in virtual time.
private struct Handshake: ~Copyable {
  var client: DTLSSRTPChannel
  var server: DTLSSRTPChannel
  var datagram = Datagram()
  var now = Instant.zero
  /// What came of it, in words.
  var words = ""
  /// How many of the next datagrams are lost.
  var losses = 0
  private var flying: [(toServer: Bool, bytes: [UInt8])] = []

  init(_ identity: DTLSIdentity) {
    client = DTLSSRTPChannel(identity: identity)
    server = DTLSSRTPChannel(identity: identity)
  }

  /// Runs until nothing is left to come, or the thousandth step.
  mutating func run() {
    for _ in 0..<1000 {
      poll()
      if !flying.isEmpty {
        let flight = flying.removeFirst()
        flight.bytes.withByteView { bytes in
          if flight.toServer {
            server.handleHandshake(bytes, at: now)
          } else {
            client.handleHandshake(bytes, at: now)
          }
        }
        continue
      }
      let timeout = min(client.pollTimeout() ?? .never, server.pollTimeout() ?? .never)
      if timeout == .never { return }
      now = max(now, timeout)
      client.handleTimeout(at: now)
      server.handleTimeout(at: now)
    }
    words += "no end "
  }

  private mutating func poll() {
    while client.pollTransmit(into: &datagram) { fly(toServer: true) }
    while server.pollTransmit(into: &datagram) { fly(toServer: false) }
    while let event = client.pollEvent() { words += "client \(Self.word(event)) " }
    while let event = server.pollEvent() { words += "server \(Self.word(event)) " }
  }

  private mutating func fly(toServer: Bool) {
    if losses > 0 {
      losses -= 1
    } else {
      flying.append((toServer, datagram.bytes.array()))
    }
  }

  private static func word(_ event: SecureChannelEvent) -> String {
    switch event {
    case .established: "established"
    case .closedByPeer: "closed"
    case .failed(.fingerprintMismatch): "mismatch"
    case .failed: "failed"
    }
  }
}

extension SelfTest {
  static var securityCases: [SelfTestCase] { packetProtectionCases + handshakeCases + identityCases }

  private static var packetProtectionCases: [SelfTestCase] {
    [
      SelfTestCase("protected packets are the ones RFC 3711 computes from the key of appendix B.3") { check in
        do throws(SRTPError) {
          let rows = [
            (Sample.plain, Sample.protected), (Sample.extended, Sample.extendedProtected),
            (Sample.beforeWrap, Sample.beforeWrapProtected), (Sample.behindWrap, Sample.behindWrapProtected),
          ]
          var outbound = try session(.outbound)
          var inbound = try session(.inbound)
          var datagram = Datagram()
          for (plain, protected) in rows {
            hex(plain).withByteView { _ = datagram.assign($0) }
            check.expect(outbound.protectRTP(&datagram) == .done, "a packet is not protected")
            check.same(datagram.bytes, protected)
            check.expect(inbound.unprotectRTP(&datagram) == .done, "a packet is not accepted")
            check.same(datagram.bytes, plain)
          }
        } catch { check.fail("there is no session") }
      },
      SelfTestCase("protected control packets are the ones RFC 3711 computes") { check in
        do throws(SRTPError) {
          var outbound = try session(.outbound)
          var inbound = try session(.inbound)
          var datagram = Datagram()
          hex(Sample.control).withByteView { _ = datagram.assign($0) }
          check.expect(outbound.protectRTCP(&datagram) == .done, "it is not protected")
          check.same(datagram.bytes, Sample.controlProtected)
          check.expect(inbound.unprotectRTCP(&datagram) == .done, "it is not accepted")
          check.same(datagram.bytes, Sample.control)
        } catch { check.fail("there is no session") }
      },
      SelfTestCase("a packet is accepted once, and never with a changed bit or cut short") { check in
        do throws(SRTPError) {
          var inbound = try session(.inbound)
          var datagram = Datagram()
          let good = hex(Sample.protected)
          for bit in 0..<good.count * 8 {
            var bytes = good
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            bytes.withByteView { _ = datagram.assign($0) }
            check.expect(inbound.unprotectRTP(&datagram) == .refused, "not refused though a bit is changed", bit)
          }
          for count in 0..<good.count {
            good.withByteView { _ = datagram.assign($0.prefix(count)) }
            check.expect(inbound.unprotectRTP(&datagram) == .refused, "not refused though cut short", count)
          }
          for wanted in [SecureResult.done, .replayed] {
            good.withByteView { _ = datagram.assign($0) }
            check.expect(inbound.unprotectRTP(&datagram) == wanted, "a good packet, or its copy")
          }
        } catch { check.fail("there is no session") }
      },
      SelfTestCase("the rollover counter survives the loss of packets around the wrap") { check in
        do throws(SRTPError) {
          var outbound = try session(.outbound)
          var inbound = try session(.inbound)
          var datagram = Datagram()
          var refused = 0
          for number in 60_000..<72_000 {
            hex(Sample.plain).withByteView { _ = datagram.assign($0) }
            datagram.mutableBytes[2] = UInt8(truncatingIfNeeded: number >> 8)
            datagram.mutableBytes[3] = UInt8(truncatingIfNeeded: number)
            if outbound.protectRTP(&datagram) != .done { refused += 1 }
            if number < 63_000 || number > 68_000, inbound.unprotectRTP(&datagram) != .done { refused += 1 }
          }
          check.equal(refused, 0, "refused")
        } catch { check.fail("there is no session") }
      },
      SelfTestCase("keys of the wrong size are refused, and the libraries name their versions") { check in
        let bytes = [UInt8](repeating: 0, count: 16)
        bytes.withByteView { view in
          do throws(SRTPError) {
            _ = try SRTPSession(masterKey: view, salt: view, direction: .inbound)
            check.fail("a salt of 16 bytes is taken")
          } catch { check.expect(error == .badKeySize, "another error") }
        }
        check.expect(SecurityLibraries.mbedTLSVersion.utf8.first == 0x33, SecurityLibraries.mbedTLSVersion)
        check.expect(SecurityLibraries.libsrtpVersion.utf8.first == 0x32, SecurityLibraries.libsrtpVersion)
      },
    ]
  }

  private static var handshakeCases: [SelfTestCase] {
    [
      SelfTestCase("a DTLS handshake in memory gives both sides keys that fit") { check in
        do throws(IdentityError) {
          let identity = try DTLSIdentity.make()
          var handshake = Handshake(identity)
          handshake.client.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
          handshake.server.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
          handshake.run()
          check.expect(handshake.words.utf8.count == 38, handshake.words)
          var datagram = Datagram()
          hex(Sample.plain).withByteView { _ = datagram.assign($0) }
          check.expect(handshake.client.protectRTP(&datagram) == .done, "the client does not protect")
          check.equal(datagram.count, 42, "size")
          check.expect(handshake.server.unprotectRTP(&datagram) == .done, "the server does not accept")
          check.same(datagram.bytes, Sample.plain)
          hex(Sample.control).withByteView { _ = datagram.assign($0) }
          check.expect(handshake.server.protectRTCP(&datagram) == .done, "the server does not protect")
          check.expect(handshake.client.unprotectRTCP(&datagram) == .done, "the client does not accept")
          check.same(datagram.bytes, Sample.control)
          handshake.client.close(at: handshake.now)
          handshake.words = ""
          handshake.run()
          check.same(handshake.words, "server closed ")
        } catch { check.fail("there is no identity") }
      },
      SelfTestCase("lost flights of a handshake are sent again when their time has come") { check in
        do throws(IdentityError) {
          let identity = try DTLSIdentity.make()
          var handshake = Handshake(identity)
          handshake.losses = 2
          handshake.client.start(role: .client, remoteFingerprint: identity.fingerprint, at: .zero)
          handshake.server.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
          handshake.run()
          check.expect(handshake.words.utf8.count == 38, handshake.words)
          let spent = (handshake.now - .zero).milliseconds
          check.within(spent, 2 * Limits.dtlsRetransmissionMillisecondsFirst...10_000, "milliseconds")
        } catch { check.fail("there is no identity") }
      },
      SelfTestCase("a certificate that the description did not name ends the handshake, and gives no keys") { check in
        do throws(IdentityError) {
          let identity = try DTLSIdentity.make()
          let other = try DTLSIdentity.make()
          check.expect(!(identity.fingerprint == other.fingerprint), "two identities are alike")
          var handshake = Handshake(identity)
          handshake.client.start(role: .client, remoteFingerprint: other.fingerprint, at: .zero)
          handshake.server.start(role: .server, remoteFingerprint: identity.fingerprint, at: .zero)
          handshake.run()
          check.expect(handshake.words.utf8.starts(with: "client mismatch ".utf8), handshake.words)
          var datagram = Datagram()
          hex(Sample.plain).withByteView { _ = datagram.assign($0) }
          check.expect(handshake.client.protectRTP(&datagram) == .notReady, "there are keys")
        } catch { check.fail("there is no identity") }
      },
    ]
  }

  private static var identityCases: [SelfTestCase] {
    [
      SelfTestCase("an identity that was exported and restored is the same one") { check in
        do throws(IdentityError) {
          let identity = try DTLSIdentity.make()
          let exported = try identity.exported()
          let restored = try restore(exported)
          check.expect(restored.fingerprint == identity.fingerprint, "another fingerprint")
          check.expect(try restored.exported() == exported, "another text")
        } catch { check.fail("an identity is refused") }
      },
      SelfTestCase("an identity that openssl made has the fingerprint that openssl prints") { check in
        do throws(IdentityError) {
          let fingerprint = try DTLSIdentity.restore(view(identityText)).fingerprint
          withUnsafeBytes(of: fingerprint.bytes) { bytes in
            check.same(ByteView(bytes).prefix(32), "57DE26E1977837978BC4D13DED0DAAFF1C8E09592E4063D36C98BCB59FFCCE2A")
          }
        } catch { check.fail("it is refused") }
      },
      SelfTestCase("what is no identity is refused") { check in
        let text = view(identityText)
        for bytes in [ByteView.empty, view("hello"), text.prefix(text.count / 2), text.dropFirst(227)] {
          do throws(IdentityError) {
            _ = try DTLSIdentity.restore(bytes)
            check.expect(false, "taken for an identity, of bytes", bytes.count)
          } catch { check.expect(true, "") }
        }
      },
    ]
  }

  private static func restore(_ bytes: [UInt8]) throws(IdentityError) -> DTLSIdentity {
    let result: Result<DTLSIdentity, IdentityError> = bytes.withByteView { view in
      do throws(IdentityError) { return .success(try DTLSIdentity.restore(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }
}
