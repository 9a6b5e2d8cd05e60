// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Digests, STUN messages and candidates inside the product, by the vectors of RFC 3174, 2202 and 5769.

import Core
import ICE

/// The sample messages of RFC 5769.
private enum Sample {
  static let request: StaticString = """
    00010058 2112a442 b7e7a701bc34d686fa87dfae 80220010 5354554e207465737420636c69656e74 00240004 6e0001ff
    80290008 932ff9b151263b36 00060009 6576746a3a68367659202020 00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004 e57a3bcf
    """
  static let responseV4: StaticString = """
    0101003c 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220 00200008 0001a147e112a643
    00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7 80280004 c07d4c96
    """
  static let responseV6: StaticString = """
    01010048 2112a442 b7e7a701bc34d686fa87dfae 8022000b 7465737420766563746f7220
    00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9 00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
    80280004 c8fb0b4c
    """
  static let longTerm: StaticString = """
    00010060 2112a442 78ad3433c6ad72c029da412e 00060012 e3839ee38388e383aae38383e382afe382b90000
    0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341 0014000b 6578616d706c652e6f726700
    00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
    """
  static let password: StaticString = "VOkJxbRl1RmTxUk/WvJxBt"
}

/// The code of nothing yet under `key`.
private func code(_ key: StaticString) -> HMACSHA1 { HMACSHA1(key: view(key)) }

/// Calls `body` with the message in `bytes`; answers why there is none.
private func read(_ bytes: [UInt8], _ body: (STUNMessage) -> Void = { _ in }) -> STUNError? {
  bytes.withByteView { view in
    do throws(STUNError) {
      body(try STUNMessage(parsing: view))
      return nil
    } catch {
      return error
    }
  }
}

/// Why `text` is no candidate, or nil.
private func refusal(_ text: String) -> CandidateError? {
  do throws(CandidateError) {
    _ = try Candidate(text)
    return nil
  } catch {
    return error
  }
}

extension SelfTest {
  static var iceCases: [SelfTestCase] { digestCases + messageCases + candidateCases }

  private static var digestCases: [SelfTestCase] {
    [
      SelfTestCase("SHA-1 gives the digests of RFC 3174") { check in
        let rows: [(text: StaticString, times: Int, digest: StaticString)] = [
          ("", 1, "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", 1, "a9993e364706816aba3e25717850c26c9cd0d89d"),
          ("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1, "84983e441c3bd26ebaae4aa1f95129e5e54670f1"),
          (
            "0123456701234567012345670123456701234567012345670123456701234567", 10,
            "dea356a2cddd90c7a7ecedc5ebb563934f460452"
          ),
        ]
        for row in rows {
          var hash = SHA1()
          for _ in 0..<row.times { hash.update(view(row.text)) }
          let digest = hash.finish()
          withUnsafeBytes(of: digest) { check.same(ByteView($0), row.digest) }
        }
      },
      SelfTestCase("HMAC-SHA1 gives the codes of RFC 2202") { check in
        let rows: [(key: [UInt8], data: [UInt8], code: StaticString)] = [
          ([UInt8](repeating: 0x0b, count: 20), view("Hi There").array(), "b617318655057264e28bc0b6fb378c8ef146be00"),
          (
            view("Jefe").array(), view("what do ya want for nothing?").array(),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
          ),
          (
            [UInt8](repeating: 0xaa, count: 20), [UInt8](repeating: 0xdd, count: 50),
            "125d7342b9ac11cd91a39af48aa17b4f63f175d3"
          ),
          (
            [UInt8](repeating: 0xaa, count: 80),
            view("Test Using Larger Than Block-Size Key and Larger Than One Block-Size Data").array(),
            "e8e99d0f45237d786d6bbaa7965c7808bbff1a91"
          ),
        ]
        for row in rows {
          var computation = row.key.withByteView { HMACSHA1(key: $0) }
          row.data.withByteView { computation.update($0) }
          let found = computation.finish()
          withUnsafeBytes(of: found) { check.same(ByteView($0), row.code) }
        }
      },
      SelfTestCase("CRC-32 gives the check value of its catalogue") { check in
        check.equal(CRC32.checksum(view("123456789")), 0xCBF4_3926, "checksum")
      },
    ]
  }

  private static var messageCases: [SelfTestCase] {
    [
      SelfTestCase("the request of RFC 5769 section 2.1 is read and is authentic") { check in
        let error = read(hex(Sample.request)) { message in
          check.expect(message.messageClass == .request && message.method == STUNMethod.binding, "class or method")
          check.same(message.software?.text() ?? "", "STUN test client")
          check.same(message.username?.text() ?? "", "evtj:h6vY")
          check.equal(message.priority ?? 0, 0x6e00_01ff, "priority")
          check.equal(message.controlled ?? 0, 0x932f_f9b1_5126_3b36, "tie-breaker")
          check.expect(message.controlling == nil && message.hasFingerprint, "role or fingerprint")
          check.expect(message.isAuthentic(code(Sample.password)), "it is not authentic")
          check.expect(!message.isAuthentic(code("another password")), "it is authentic under another password")
        }
        check.expect(error == nil, "it is refused")
      },
      SelfTestCase("the responses of RFC 5769 sections 2.2 and 2.3 are read and are authentic") { check in
        let rows = [
          (Sample.responseV4, "192.0.2.1:32853"),
          (Sample.responseV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
        ]
        for (bytes, mapped) in rows {
          let error = read(hex(bytes)) { message in
            check.expect(message.messageClass == .success, "class")
            check.same(message.mappedEndpoint?.text ?? "", mapped)
            check.expect(message.isAuthentic(code(Sample.password)), "it is not authentic")
          }
          check.expect(error == nil, "it is refused")
        }
      },
      SelfTestCase("the request of RFC 5769 section 2.4 is authentic under its long-term key") { check in
        let error = read(hex(Sample.longTerm)) { message in
          check.same(message.username?.text() ?? "", "マトリックス")
          check.same(message.nonce?.text() ?? "", "f//499k954d6OL34oL9FSTvy64sA")
          check.same(message.realm?.text() ?? "", "example.org")
          // MD5 of user name, realm and password, as the vector has them after SASLprep.
          let key = hex("e8ca7ad59d5eb0518e312911d2dab2a9").withByteView { HMACSHA1(key: $0) }
          check.expect(message.isAuthentic(key), "it is not authentic")
        }
        check.expect(error == nil, "it is refused")
      },
      SelfTestCase("a check is written byte by byte, and reads back") { check in
        var datagram = Datagram()
        let transaction = TransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)
        var writer = STUNWriter(datagram.storage, .request, method: STUNMethod.binding, transaction: transaction)
        writer.text(STUNAttribute.username, view("evtj"), colon: view("h6vY"))
        writer.uint32(STUNAttribute.priority, 0x6e00_01ff)
        writer.uint64(STUNAttribute.controlling, 0x932f_f9b1_5126_3b36)
        writer.flag(STUNAttribute.useCandidate)
        let begun: StaticString = """
          00010048 2112a442 b7e7a701bc34d686fa87dfae 00060009 6576746a3a68367659000000 00240004 6e0001ff
          802a0008 932ff9b151263b36 00250000 00080014
          """
        writer.integrity(code(Sample.password))
        writer.fingerprint()
        datagram.setCount(writer.finish() ?? 0)
        check.equal(datagram.count, 92, "size")
        check.same(datagram.bytes.prefix(64), begun)
        let error = read(datagram.bytes.array()) { message in
          check.expect(message.usesCandidate && message.isAuthentic(code(Sample.password)), "it reads back otherwise")
          check.same(message.username?.text() ?? "", "evtj:h6vY")
        }
        check.expect(error == nil, "it is refused")
      },
      SelfTestCase("mapped addresses are written as RFC 5769 has them") { check in
        let rows: [(String, StaticString, Int)] = [
          ("192.0.2.1:32853", Sample.responseV4, 12),
          ("[2001:db8:1234:5678:11:2233:4455:6677]:32853", Sample.responseV6, 24),
        ]
        for (text, sample, count) in rows {
          guard let endpoint = Endpoint(text) else { return check.fail("an endpoint is not read") }
          var datagram = Datagram()
          let transaction = TransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)
          var writer = STUNWriter(datagram.storage, .success, method: STUNMethod.binding, transaction: transaction)
          writer.xorMappedAddress(endpoint)
          datagram.setCount(writer.finish() ?? 0)
          let wanted = hex(sample)
          let same = wanted.withByteView { $0[36..<36 + count].elementsEqual(datagram.bytes.dropFirst(20)) }
          check.expect(same, "it is written otherwise", text)
        }
      },
      SelfTestCase("broken messages are refused with the reason") { check in
        let rows: [(StaticString, STUNError)] = [
          ("", .notSTUN), ("80010000 2112a442 000000000000000000000000", .notSTUN),
          ("00010000 2112a443 000000000000000000000000", .notSTUN),
          ("00010004 2112a442 000000000000000000000000", .length),
          ("00010003 2112a442 000000000000000000000000 000000", .length),
          ("00010004 2112a442 000000000000000000000000 0006ffff", .length),
          ("00010008 2112a442 000000000000000000000000 00080004 00000000", .attribute),
          ("0001000c 2112a442 000000000000000000000000 00200008 0003000000000000", .attribute),
          ("00010008 2112a442 000000000000000000000000 80280004 00000000", .fingerprint),
        ]
        for (bytes, error) in rows {
          check.expect(read(hex(bytes)) == error, "not refused, or with another reason", bytes)
        }
      },
      SelfTestCase("one changed bit breaks FINGERPRINT or the message") { check in
        let good = hex(Sample.request)
        for index in good.indices where index != 100 && index != 101 {
          var bytes = good
          bytes[index] ^= 0x08
          check.expect(read(bytes) != nil, "a change goes unseen", index)
        }
      },
    ]
  }

  private static var candidateCases: [SelfTestCase] {
    [
      SelfTestCase("candidates that are read are written again") { check in
        let rows = [
          "candidate:1 1 udp 2130706431 192.0.2.7 54321 typ host",
          "candidate:842163049 1 udp 1677729535 203.0.113.4 61000 typ srflx raddr 10.0.0.5 rport 54321",
          "candidate:a+/Z 1 udp 41885695 198.51.100.9 3478 typ relay raddr 203.0.113.4 rport 61000",
          "candidate:7 1 udp 1862270975 2001:db8::1:2 9 typ prflx raddr :: rport 9",
        ]
        for text in rows {
          do throws(CandidateError) { check.same(try Candidate(text).text, text) } catch {
            check.expect(false, "refused", text)
          }
        }
        do throws(CandidateError) {
          let line = "a=candidate:1467250027 1 UDP 2122260223 192.168.0.196 46243 typ host generation 0 ufrag abcd\r\n"
          check.same(try Candidate(line).endpoint.text, "192.168.0.196:46243")
        } catch { check.fail("a browser's line is refused") }
      },
      SelfTestCase("candidates that cannot be used say why") { check in
        let rows: [(String, CandidateError)] = [
          ("candidate:1 1 tcp 2105458943 192.0.2.7 9 typ host tcptype active", .transport),
          ("candidate:1 1 udp 2113937151 1f4712db-ea17-4bcf-a596-105139dfd8bf.local 54596 typ host", .hostName),
          ("candidate:1 2 udp 2113937150 192.0.2.7 54596 typ host", .component),
          ("candidate:1 1 udp 2113937150 192.0.2.7 54596 typ carrier", .kind), ("", .malformed),
          ("candidate:1 1 udp 2113937151 192.0.2.7 65536 typ host", .malformed),
          ("candidate:1 1 udp 99999999999 192.0.2.7 1 typ host", .malformed),
          ("candidate:1 1 udp 1 192.0.2.300 1 typ host", .malformed),
        ]
        for (text, error) in rows {
          check.expect(refusal(text) == error, "not refused, or with another reason", text)
        }
      },
      SelfTestCase("priorities follow RFC 8445 sections 5.1.2.1 and 6.1.2.3") { check in
        check.equal(Candidate.priority(kind: .host, localPreference: 65_535), 2_130_706_431, "host")
        check.equal(Candidate.priority(kind: .serverReflexive, localPreference: 65_535), 1_694_498_815, "reflexive")
        check.equal(Candidate.priority(kind: .relayed, localPreference: 65_535), 16_777_215, "relayed")
        let rows: [(UInt32, UInt32, UInt64)] = [
          (1, 1, 0x1_0000_0002), (2, 1, 0x1_0000_0005), (2_130_706_431, 1_694_498_815, 7_277_816_997_797_167_103),
          (Candidate.priorityMax, Candidate.priorityMax, 0x7fff_ffff_ffff_fffe),
        ]
        for (controlling, controlled, priority) in rows {
          check.equal(
            CandidatePairPriority.value(controlling: controlling, controlled: controlled), priority, "pair")
        }
      },
      SelfTestCase("credentials hold what the grammar allows, and nothing else") { check in
        let password = "pppppppppppppppppppppp"
        check.same(ICECredentials(usernameFragment: "ab+/", password: password)?.password ?? "", password)
        check.expect(ICECredentials(usernameFragment: "abc", password: password) == nil, "a short fragment")
        check.expect(ICECredentials(usernameFragment: "ab:c", password: password) == nil, "a colon")
        check.expect(ICECredentials(usernameFragment: "abcd", password: "ppppppppppppppppppppp") == nil, "a password")
        var randomness = Randomness(seed: 1)
        let fresh = ICECredentials(randomness: &randomness)
        check.equal(fresh.usernameFragment.utf8.count, 8, "size of a fresh fragment")
        check.equal(fresh.password.utf8.count, 24, "size of a fresh password")
      },
    ]
  }
}
