// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// STUN messages against RFC 5769, what is written is read again, and what is broken is refused.

import Core
import ICE
import Testing

enum STUNVectors {
  static let password = "VOkJxbRl1RmTxUk/WvJxBt"
  static let transaction = TransactionID(high: 0xb7e7_a701, low: 0xbc34_d686_fa87_dfae)

  /// RFC 5769 section 2.1.
  static let request = hex(
    """
    00010058 2112a442 b7e7a701bc34d686fa87dfae
    80220010 5354554e207465737420636c69656e74
    00240004 6e0001ff
    80290008 932ff9b151263b36
    00060009 6576746a3a68367659202020
    00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
    80280004 e57a3bcf
    """)
  /// RFC 5769 section 2.2.
  static let responseV4 = hex(
    """
    0101003c 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200008 0001a147e112a643
    00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
    80280004 c07d4c96
    """)
  /// RFC 5769 section 2.3.
  static let responseV6 = hex(
    """
    01010048 2112a442 b7e7a701bc34d686fa87dfae
    8022000b 7465737420766563746f7220
    00200014 0002a1470113a9faa5d3f179bc25f4b5bed2b9d9
    00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
    80280004 c8fb0b4c
    """)
  /// RFC 5769 section 2.4.
  static let longTerm = hex(
    """
    00010060 2112a442 78ad3433c6ad72c029da412e
    00060012 e3839ee38388e383aae38383e382afe382b90000
    0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
    0014000b 6578616d706c652e6f726700
    00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
    """)
}

@Suite struct STUNMessageTests {
  @Test("the sample request of RFC 5769 2.1 is read and is authentic")
  func sampleRequest() {
    let seen: Void? = withMessage(STUNVectors.request) { message in
      #expect(message.messageClass == .request)
      #expect(message.method == STUNMethod.binding)
      #expect(message.transaction == STUNVectors.transaction)
      #expect(message.software?.text() == "STUN test client")
      #expect(message.priority == 0x6e00_01ff)
      #expect(message.controlled == 0x932f_f9b1_5126_3b36)
      #expect(message.controlling == nil)
      #expect(message.username?.text() == "evtj:h6vY")
      #expect(message.hasFingerprint)
      #expect(message.unknownAttributes.isEmpty)
      #expect(message.isAuthentic(hmac(STUNVectors.password)))
      #expect(!message.isAuthentic(hmac("another password, wrong")))
    }
    #expect(seen != nil)
  }

  @Test("the sample responses of RFC 5769 2.2 and 2.3 are read and are authentic")
  func sampleResponses() {
    let v4: Void? = withMessage(STUNVectors.responseV4) { message in
      #expect(message.messageClass == .success)
      #expect(message.software?.text() == "test vector")
      #expect(message.mappedEndpoint == endpoint("192.0.2.1:32853"))
      #expect(message.isAuthentic(hmac(STUNVectors.password)))
    }
    let v6: Void? = withMessage(STUNVectors.responseV6) { message in
      #expect(message.mappedEndpoint == endpoint("[2001:db8:1234:5678:11:2233:4455:6677]:32853"))
      #expect(message.isAuthentic(hmac(STUNVectors.password)))
    }
    #expect(v4 != nil && v6 != nil)
  }

  @Test("the long-term request of RFC 5769 2.4 is read and is authentic under its MD5 key")
  func longTerm() {
    // MD5 of "マトリックス:example.org:TheMatrIX", which is what the vector's password is after SASLprep.
    let key = hex("e8ca7ad59d5eb0518e312911d2dab2a9").withByteView { HMACSHA1(key: $0) }
    let seen: Void? = withMessage(STUNVectors.longTerm) { message in
      #expect(message.username?.text() == "マトリックス")
      #expect(message.nonce?.text() == "f//499k954d6OL34oL9FSTvy64sA")
      #expect(message.realm?.text() == "example.org")
      #expect(!message.hasFingerprint)
      #expect(message.isAuthentic(key))
    }
    #expect(seen != nil)
  }

  @Test(
    "the values of RFC 5769 2.2 and 2.3 are written as they stand there, but for the padding and SOFTWARE"
  )
  func written() {
    for (vector, mapped) in [
      (STUNVectors.responseV4, "192.0.2.1:32853"),
      (STUNVectors.responseV6, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"),
    ] {
      let bytes = stunMessage(.success, transaction: STUNVectors.transaction) { writer in
        writer.xorMappedAddress(endpoint(mapped))
        writer.integrity(hmac(STUNVectors.password))
        writer.fingerprint()
      }
      let attributeCount = mapped.hasPrefix("[") ? 24 : 12
      #expect(Array(bytes[20..<20 + attributeCount]) == Array(vector[36..<36 + attributeCount]))
      let seen: Void? = withMessage(bytes) { message in
        #expect(message.mappedEndpoint == endpoint(mapped))
        #expect(message.isAuthentic(hmac(STUNVectors.password)))
        #expect(message.hasFingerprint)
      }
      #expect(seen != nil)
    }
  }

  @Test("every attribute of a check that is written is read again")
  func roundTrip() {
    let bytes = stunMessage(.request) { writer in
      "remote".withByteView { remote in
        "locals".withByteView { writer.text(STUNAttribute.username, remote, colon: $0) }
      }
      writer.uint32(STUNAttribute.priority, 1_853_824_767)
      writer.uint64(STUNAttribute.controlling, 0x0123_4567_89ab_cdef)
      writer.flag(STUNAttribute.useCandidate)
      writer.integrity(hmac("secret"))
      writer.fingerprint()
    }
    let seen: Void? = withMessage(bytes) { message in
      #expect(message.username?.text() == "remote:locals")
      #expect(message.priority == 1_853_824_767)
      #expect(message.controlling == 0x0123_4567_89ab_cdef)
      #expect(message.usesCandidate)
      #expect(message.isAuthentic(hmac("secret")))
    }
    #expect(seen != nil)
  }

  @Test(
    "errors carry their number and the attributes that were not understood",
    arguments: [400, 401, 420, 487])
  func errors(code: Int) {
    var unknown = STUNUnknownAttributes(filler: 0)
    unknown.append(0x7001)
    let bytes = stunMessage(.error) { writer in
      writer.errorCode(code)
      writer.unknownAttributes(unknown)
      writer.fingerprint()
    }
    #expect(withMessage(bytes) { $0.errorCode } == code)
    #expect(withMessage(bytes) { $0.messageClass } == .error)
  }

  @Test("an attribute that must be understood is named, one that need not is passed over")
  func unknownAttributes() {
    let bytes = stunMessage(.request) { writer in
      writer.uint32(0x7001, 5)
      writer.uint32(0xF001, 5)
    }
    #expect(withMessage(bytes) { $0.unknownAttributes.count } == 1)
    #expect(withMessage(bytes) { $0.unknownAttributes[0] } == 0x7001)
  }

  @Test("attributes behind MESSAGE-INTEGRITY do not count, and of two only the first does")
  func order() {
    let bytes = stunMessage(.request) { writer in
      writer.uint32(STUNAttribute.priority, 7)
      writer.uint32(STUNAttribute.priority, 8)
      writer.integrity(hmac("secret"))
      writer.flag(STUNAttribute.useCandidate)
      writer.uint32(0x7001, 5)
      writer.fingerprint()
    }
    #expect(withMessage(bytes) { $0.priority } == 7)
    #expect(withMessage(bytes) { $0.usesCandidate } == false)
    #expect(withMessage(bytes) { $0.unknownAttributes.isEmpty } == true)
    #expect(withMessage(bytes) { $0.isAuthentic(hmac("secret")) } == true)
  }

  @Test(
    "broken bytes are refused with the reason",
    arguments: [
      ("", STUNError.notSTUN),
      ("0001000021", .notSTUN),
      ("80010000 2112a442 000000000000000000000000", .notSTUN),
      ("00010000 2112a443 000000000000000000000000", .notSTUN),
      ("00010004 2112a442 000000000000000000000000", .length),
      ("00010000 2112a442 000000000000000000000000 00", .length),
      ("00010003 2112a442 000000000000000000000000 000000", .length),
      ("00010004 2112a442 000000000000000000000000 00060004", .length),
      ("00010004 2112a442 000000000000000000000000 0006ffff", .length),
      ("00010008 2112a442 000000000000000000000000 00080004 00000000", .attribute),
      ("00010008 2112a442 000000000000000000000000 00240003 00000000", .attribute),
      ("00010008 2112a442 000000000000000000000000 802a0004 00000000", .attribute),
      ("0001000c 2112a442 000000000000000000000000 00200008 0003000000000000", .attribute),
      ("0001000c 2112a442 000000000000000000000000 00200008 0002000000000000", .attribute),
      ("0001000c 2112a442 000000000000000000000000 00090008 0000070000000000", .attribute),
      ("00010008 2112a442 000000000000000000000000 80280004 00000000", .fingerprint),
      ("00010008 2112a442 000000000000000000000000 80280003 00000000", .fingerprint),
    ])
  func broken(bytes: String, error: STUNError) {
    #expect(stunError(hex(bytes)) == error)
  }

  @Test("one changed bit anywhere but in its own type breaks FINGERPRINT or the message")
  func fingerprintSeesEveryBit() {
    for index in STUNVectors.request.indices where index != 100 && index != 101 {
      var bytes = STUNVectors.request
      bytes[index] ^= 0x08
      #expect(stunError(bytes) != nil, "byte \(index)")
    }
  }
}
