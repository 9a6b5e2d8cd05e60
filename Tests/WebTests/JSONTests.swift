// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// JSON in and out.

import Core
import Testing
import Web

@Suite("JSON")
struct JSONTests {
  private func read(_ text: String) throws(JSONError) -> JSONValue { try read(text.bytes) }

  private func read(_ bytes: [UInt8]) throws(JSONError) -> JSONValue {
    let result: Result<JSONValue, JSONError> = bytes.withByteView { view in
      do throws(JSONError) { return .success(try JSONReader.read(view)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private func write(_ value: JSONValue) -> String {
    var writer = JSONWriter()
    writer.value(value)
    return text(writer.bytes)
  }

  @Test("values are read")
  func values() throws {
    let rows: [(String, JSONValue)] = [
      ("null", .null), (" true\n", .bool(true)), ("\tfalse\r", .bool(false)), ("0", .integer(0)), ("-0", .integer(0)),
      ("-12", .integer(-12)), ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
      ("9223372036854775808", .number(9_223_372_036_854_775_808)), ("1.5", .number(1.5)), ("-0.25", .number(-0.25)),
      ("1e3", .number(1000)), ("1E+2", .number(100)), ("25e-2", .number(0.25)), ("1e-400", .number(0)),
      ("123456789012345678901234567890", .number(1.2345678901234567e29)), ("0.1", .number(0.1)),
      ("1e22", .number(1e22)),
      ("\"\"", .string("")), (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{C}\n\r\t")),
      (#""\u0041\u00e4\u20AC\ud83d\ude00""#, .string("Aä€😀")), ("\"ä€😀\"", .string("ä€😀")), ("[]", .array([])),
      ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])), ("{}", .object([])),
      ("{\"a\":1 , \"b\" : {}}", .object([JSONMember("a", .integer(1)), JSONMember("b", .object([]))])),
    ]
    for (wire, value) in rows { #expect(try read(wire) == value, "\(wire)") }
  }

  @Test("what is not JSON is refused, each by its name")
  func refuse() {
    let rows: [(String, JSONError)] = [
      ("", .truncated), ("  ", .truncated), ("tru", .truncated), ("trux", .unexpectedByte), ("nul", .truncated),
      ("[1", .truncated), ("[1,]", .unexpectedByte), ("[1 2]", .unexpectedByte), ("[,]", .unexpectedByte),
      ("{", .truncated), ("{1:2}", .unexpectedByte), ("{\"a\"}", .unexpectedByte), ("{\"a\":1,}", .unexpectedByte),
      ("{\"a\":1,\"a\":2}", .duplicateName), ("{\"a\":1,\"\\u0061\":2}", .duplicateName), ("1 2", .trailingBytes),
      ("{}x", .trailingBytes), ("01", .malformedNumber), ("-", .truncated), ("-a", .malformedNumber),
      ("1.", .truncated), ("1.e", .malformedNumber), ("1e", .truncated), ("1e+", .truncated), (".5", .unexpectedByte),
      ("+1", .unexpectedByte), ("NaN", .unexpectedByte), ("1e400", .malformedNumber), ("'a'", .unexpectedByte),
      ("\"a", .truncated), ("\"\n\"", .malformedString), (#""\x""#, .malformedString), (#""\u00g0""#, .malformedString),
      (#""\u12"#, .truncated), (#""\ud800""#, .loneSurrogate), (#""\ud800\n""#, .loneSurrogate),
      (#""\ud800\u0041""#, .loneSurrogate), (#""\udc00""#, .loneSurrogate), ("// a\n1", .unexpectedByte),
      ("\u{FEFF}1", .unexpectedByte), (String(repeating: "[", count: 17), .tooDeep),
      (String(repeating: "{\"a\":", count: 17), .tooDeep),
      ("[" + String(repeating: "1,", count: 1024) + "1]", .tooManyValues),
      ("\"" + String(repeating: "a", count: 36_864) + "\"", .tooLarge),
    ]
    for (wire, error) in rows { #expect(throws: error, "\(wire.prefix(40))") { try read(wire) } }
    for bytes: [UInt8] in [
      [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xE2, 0x82],
    ] {
      #expect(throws: JSONError.malformedText) { try read(bytes) }
    }
    #expect(throws: Never.self) { try read(String(repeating: "[", count: 16) + String(repeating: "]", count: 16)) }
  }

  @Test("a text cut at any byte is refused, never read as something else")
  func cut() {
    let wire = #"{"a":[1,-2.5e3,"\u00e4\n",true,null],"b":{"c":"d"}}"#
    for count in 0..<wire.utf8.count {
      #expect(throws: JSONError.truncated) { try read(Array(wire.bytes[..<count])) }
    }
  }

  @Test("numbers are written with at most three decimals")
  func numbers() {
    let rows: [(Double, String)] = [
      (0, "0"), (1, "1"), (-1, "-1"), (0.5, "0.5"), (0.25, "0.25"), (0.125, "0.125"), (0.0625, "0.063"), (0.05, "0.05"),
      (0.001, "0.001"), (0.0004, "0"), (-0.0004, "0"), (0.9996, "1"), (-2.9999, "-3"), (12.34, "12.34"),
      (1e6, "1000000"),
      (1e17, "100000000000000000"), (1e18, "null"), (.infinity, "null"), (.nan, "null"), (10.01, "10.01"),
      (10.101, "10.101"),
    ]
    for (value, expected) in rows { #expect(write(.number(value)) == expected) }
  }

  @Test("strings are escaped and what is written is read back the same")
  func written() throws {
    let value = JSONValue.object([
      JSONMember("quo\"te", .string("a\\b\"c\n\r\t\u{1}\u{1F}\u{7F}ä😀")),
      JSONMember(
        "list", .array([.null, .bool(true), .bool(false), .integer(.min), .number(1.5), .array([]), .object([])])),
      JSONMember("o", .object([JSONMember("x", .object([JSONMember("y", .array([.object([]), .integer(1)]))]))])),
    ])
    let wire = write(value)
    #expect(wire.hasPrefix(#"{"quo\"te":"a\\b\"c\n\r\t\u0001\u001f\u007fä😀","list":[null,true,false,-92"#))
    #expect(try read(wire) == value)
    #expect(try read(wire)["list"]?.array?.count == 7)
    #expect(try read(wire)["none"] == nil)
  }
}
