// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What TOML 1.0 is, row by row: documents that are right and what they say, documents that are wrong and where.

import Config
import Core
import Testing

@Suite("TOML reader")
struct TOMLReaderTests {
  static let valid: [(toml: String, meaning: String)] = [
    // Lines, comments, keys.
    ("", ""),
    ("# only a comment", ""),
    ("\n\r\n\t \n", ""),
    ("a=1#x\nb = 2 # y", "a=1 b=2"),
    ("a = 1\r\nb = 2\r\n", "a=1 b=2"),
    ("\u{FEFF}a = 1", "a=1"),
    ("bare_key-1 = 1", "bare_key-1=1"),
    ("1234 = 'number'", "1234='number'"),
    ("\"quoted key\" = 1\n'a\"b' = 2", "quoted key=1 a\"b=2"),
    ("\"\" = 1", "=1"),
    ("\"\\u00e9\" = 1\n'ʎǝʞ' = 2", "é=1 ʎǝʞ=2"),
    ("a.b.c = 1\na.b.d = 2\na . e = 3", "a={b={c=1 d=2} e=3}"),
    ("3.14 = 'pi'", "3={14='pi'}"),
    ("a.\"b.c\".d = 1", "a={b.c={d=1}}"),
    // Strings.
    (#"a = "b\t\"c\\ \u00E9 \U0001F600""#, "a='b<9>\"c\\ é 😀'"),
    (#"a = "\b\n\f\r""#, "a='<8><a><c><d>'"),
    ("a = ''", "a=''"),
    (#"a = 'C:\x\"q"'"#, #"a='C:\x\"q"'"#),
    ("a = \"tab\there\"", "a='tab<9>here'"),
    ("a = \"\"\"\nfirst\nsecond\"\"\"", "a='first<a>second'"),
    ("a = \"\"\"one \\\n\n   two\"\"\"", "a='one two'"),
    ("a = \"\"\"one \\  \r\n two\"\"\"", "a='one two'"),
    ("a = \"\"\"\"quoted\"\"\"\"", "a='\"quoted\"'"),
    ("a = \"\"\"\"\"two\"\"\"\"\"", "a='\"\"two\"\"'"),
    ("a = \"\"\"x\"\"y\"\"\"", "a='x\"\"y'"),
    ("a = \"\"\"\\\"\"\"\"", "a='\"'"),
    ("a = \"\"\"\"\"\"", "a=''"),
    ("a = '''\r\none\n two'''", "a='one<a> two'"),
    ("a = ''''q'''''", "a=''q'''"),
    (#"a = '''no \escape'''"#, #"a='no \escape'"#),
    // Integers.
    ("a = 0\nb = +0\nc = -0\nd = +99\ne = -17", "a=0 b=0 c=0 d=99 e=-17"),
    ("a = 1_000\nb = 5_349_221\nc = 1_2_3", "a=1000 b=5349221 c=123"),
    ("a = 0xDEADbeef\nb = 0x00ff\nc = 0o755\nd = 0b1101_0110", "a=3735928559 b=255 c=493 d=214"),
    ("a = 9223372036854775807\nb = -9223372036854775808", "a=9223372036854775807 b=-9223372036854775808"),
    ("a = 0x7fffffffffffffff", "a=9223372036854775807"),
    // Floats.
    ("a = 1.0\nb = +3.1415\nc = -0.01\nd = 0.0", "a=1.0f b=3.1415f c=-0.01f d=0.0f"),
    ("a = 5e+22\nb = 1e06\nc = -2E-2\nd = 6.626e-34", "a=5e+22f b=1000000.0f c=-0.02f d=6.626e-34f"),
    ("a = 224_617.445_991_228\nb = 1_0e1_0", "a=224617.445991228f b=100000000000.0f"),
    ("a = inf\nb = +inf\nc = -inf\nd = nan\ne = -nan", "a=inff b=inff c=-inff d=nanf e=nanf"),
    ("a = -0.0\nb = 0e5", "a=-0.0f b=0.0f"),
    ("a = 1e-400\nb = 1.7976931348623157e308\nc = 5e-324", "a=0.0f b=1.7976931348623157e+308f c=5e-324f"),
    // Booleans.
    ("a = true\nb = false", "a=true b=false"),
    // Dates and times.
    ("a = 1979-05-27T07:32:00Z", "a=1979/5/27T7:32:0.0@0"),
    ("a = 1979-05-27t00:32:00.999999-07:30", "a=1979/5/27T0:32:0.999999000@-450"),
    ("a = 1979-05-27 07:32:00z", "a=1979/5/27T7:32:0.0@0"),
    ("a = 1979-05-27T07:32:00", "a=1979/5/27T7:32:0.0"),
    ("a = 1979-05-27 # a day", "a=1979/5/27"),
    ("a = 2024-02-29", "a=2024/2/29"),
    ("a = 07:32:00.1234567891", "a=T7:32:0.123456789"),
    ("a = 23:59:60", "a=T23:59:60.0"),
    // Arrays.
    ("a = []", "a=[]"),
    ("a = [1, 2, 3,]", "a=[1,2,3]"),
    ("a = [ [1,2], ['x', \"y\"], true ]", "a=[[1,2],['x','y'],true]"),
    ("a = [ # one\n  1, # two\n\n  2 # three\n , ]", "a=[1,2]"),
    ("a = [ { x = 1 }, {y=2} ]", "a=[{x=1},{y=2}]"),
    // Tables.
    ("[a]", "a={}"),
    ("[a]\nb = 1\n[c]\nd = 2", "a={b=1} c={d=2}"),
    ("[ a . b . 'c d' ]\ne = 1", "a={b={c d={e=1}}}"),
    ("[a.b]\nc = 1\n[a]\nd = 2", "a={b={c=1} d=2}"),
    ("[a]\nb.c = 1\n[a.b.d]\ne = 2", "a={b={c=1 d={e=2}}}"),
    ("a.b = 1\n[a.c]\nd = 2", "a={b=1 c={d=2}}"),
    ("a = { b = 1, c = { d.e = 2 } }", "a={b=1 c={d={e=2}}}"),
    ("a = {}", "a={}"),
    ("a = { b.c = 1, b.d = 2 }", "a={b={c=1 d=2}}"),
    ("[[a]]\nb = 1\n[[a]]\n[[a]]\nb = 3", "a=[{b=1},{},{b=3}]"),
    ("[[a]]\n[a.b]\nc = 1\n[[a.d]]\ne = 1\n[[a.d]]\n[[a]]\n[a.b]\nc = 2", "a=[{b={c=1} d=[{e=1},{}]},{b={c=2}}]"),
    ("[a]#c\nb=1", "a={b=1}"),
  ]

  @Test("documents of every kind say what TOML 1.0 says they say", arguments: valid)
  func readsValid(toml: String, meaning: String) throws {
    #expect(try rendered(toml) == meaning)
  }

  static let invalid: [(toml: String, error: String)] = [
    // Lines and keys.
    ("a", "1:2: a: syntax: found the end of the file; expected = after the key"),
    ("a\n= 1", "1:2: a: syntax: found the end of the line; expected = after the key"),
    (
      "a =",
      "1:4: a: syntax: found the end of the file; expected a value: text in quotation marks, a number, true or false"
    ),
    ("= 1", "1:1: syntax: found '='; expected a key, or a table's name in brackets"),
    ("a = 1 b = 2", "1:7: syntax: found 'b'; expected the end of the line"),
    ("a = 1, b = 2", "1:6: syntax: found ','; expected the end of the line"),
    ("[a] b = 1", "1:5: syntax: found 'b'; expected the end of the line"),
    ("a. = 1", "1:4: a: syntax: found '='; expected a key, or a table's name in brackets"),
    ("é = 1", "1:1: syntax: found 'é'; expected a key, or a table's name in brackets"),
    ("\"\"\"a\"\"\" = 1", "1:1: syntax: found '\"'; expected a key on one line"),
    ("'''a''' = 1", "1:1: syntax: found '''; expected a key on one line"),
    ("[a", "1:3: a: syntax: found the end of the file; expected ] after the table's name"),
    ("[]", "1:2: syntax: found ']'; expected a key, or a table's name in brackets"),
    ("[[a]", "1:5: a: syntax: found the end of the file; expected ]] after the table's name"),
    ("[[a] ]", "1:5: a: syntax: found ' '; expected ]] after the table's name"),
    ("[a]]", "1:4: syntax: found ']'; expected the end of the line"),
    // What is written twice.
    ("a = 1\na = 2", "2:1: a: duplicate key; see line 1"),
    ("a = 1\n\"a\" = 2", "2:1: \"a\": duplicate key; see line 1"),
    ("a.b = 1\na.b = 2", "2:3: a.b: duplicate key; see line 1"),
    ("[a]\nb = 1\nb = 2", "3:1: a.b: duplicate key; see line 2"),
    ("[a]\n[b]\n[a]", "3:1: a: duplicate table; see line 1"),
    ("[a]\nb.c = 1\n[a.b]", "3:1: a.b: duplicate table; see line 2"),
    ("a = 1\n[a]", "2:1: a: cannot be extended: found an integer; see line 1"),
    ("a = 1\na.b = 2", "2:1: a.b: cannot be extended: found an integer; see line 1"),
    ("a = {}\na.b = 2", "2:1: a.b: cannot be extended: found a table; see line 1"),
    ("a = {}\n[a.b]", "2:2: a.b: cannot be extended: found a table; see line 1"),
    ("a = { b = {}, b.c = 1 }", "1:15: a.b.c: cannot be extended: found a table; see line 1"),
    ("a = { b = 1, b = 2 }", "1:14: a.b: duplicate key; see line 1"),
    ("a = []\n[[a]]", "2:1: a: cannot be extended: found an array; see line 1"),
    ("a = [{}]\n[a.b]", "2:2: a.b: cannot be extended: found an array; see line 1"),
    ("[a]\n[[a]]", "2:1: a: cannot be extended: found a table; see line 1"),
    ("[[a]]\n[a]", "2:1: a: cannot be extended: found an array of tables; see line 1"),
    ("[a.b]\n[a]\nb.c = 1", "3:1: a.b.c: cannot be extended: found a table; see line 1"),
    ("[a]\n[a.b]\n[[a.b]]", "3:1: a.b: cannot be extended: found a table; see line 2"),
    // Strings.
    ("a = \"b", "1:5: a: no end: found \"; expected \" on the same line"),
    ("a = \"b\nc\"", "1:5: a: no end: found \"; expected \" on the same line"),
    ("a = 'b", "1:5: a: no end: found '; expected ' on the same line"),
    ("a = 'b\nc'", "1:5: a: no end: found '; expected ' on the same line"),
    ("\na = \"\"\"b\n\"\"", "2:5: a: no end: found \"\"\"; expected \"\"\" before the end of the file"),
    ("a = '''b''", "1:5: a: no end: found '''; expected ''' before the end of the file"),
    ("a = 'x''y'", "1:8: syntax: found '''; expected the end of the line"),
    (
      #"a = "C:\temp\x""#,
      #"1:13: a: no such escape: found \x; expected \b \t \n \f \r \" \\ \uXXXX or \UXXXXXXXX (or text in single quotation marks)"#
    ),
    (
      #"a = "\u12G4""#,
      #"1:6: a: no such escape: found \u12; expected 4 hexadecimal digits that name a character (up to 10FFFF, not D800 to DFFF)"#
    ),
    (
      #"a = "\uD800""#,
      #"1:6: a: no such escape: found \uD800; expected 4 hexadecimal digits that name a character (up to 10FFFF, not D800 to DFFF)"#
    ),
    (
      #"a = "\U00110000""#,
      #"1:6: a: no such escape: found \U00110000; expected 8 hexadecimal digits that name a character (up to 10FFFF, not D800 to DFFF)"#
    ),
    // Numbers.
    ("a = 012", "1:5: a: not a number: found 012; expected no zero in front"),
    ("a = -01", "1:5: a: not a number: found -01; expected no zero in front"),
    ("a = 1__0", "1:5: a: not a number: found 1__0; expected digits, with _ only between two of them"),
    ("a = 1_", "1:5: a: not a number: found 1_; expected digits, with _ only between two of them"),
    ("a = _1", "1:5: a: syntax: found '_1'; expected a value: text in quotation marks, a number, true or false"),
    ("a = +", "1:5: a: not a number: found +; expected digits, with _ only between two of them"),
    ("a = ++1", "1:5: a: not a number: found ++1; expected digits, with _ only between two of them"),
    ("a = 12ms", "1:5: a: not a number: found 12ms; expected digits, with _ only between two of them"),
    ("a = 0x", "1:5: a: not a number: found 0x; expected digits after 0x, 0o or 0b, with _ only between two of them"),
    (
      "a = 0x_1",
      "1:5: a: not a number: found 0x_1; expected digits after 0x, 0o or 0b, with _ only between two of them"
    ),
    (
      "a = 0b12",
      "1:5: a: not a number: found 0b12; expected digits after 0x, 0o or 0b, with _ only between two of them"
    ),
    ("a = -0x1", "1:5: a: not a number: found -0x1; expected no sign before 0x, 0o and 0b"),
    ("a = 0X1", "1:5: a: not a number: found 0X1; expected digits, with _ only between two of them"),
    (
      "a = 9223372036854775808",
      "1:5: a: number too large: found 9223372036854775808; expected a signed number of 64 bits"
    ),
    (
      "a = -9223372036854775809",
      "1:5: a: number too large: found -9223372036854775809; expected a signed number of 64 bits"
    ),
    (
      "a = 0xffffffffffffffffff",
      "1:5: a: number too large: found 0xffffffffffffffffff; expected a signed number of 64 bits"
    ),
    ("a = .5", "1:5: a: syntax: found '.5'; expected a value: text in quotation marks, a number, true or false"),
    ("a = 5.", "1:5: a: not a number: found 5.; expected digits after the point, with _ only between two of them"),
    ("a = 1.e5", "1:5: a: not a number: found 1.e5; expected digits after the point, with _ only between two of them"),
    ("a = 1e", "1:5: a: not a number: found 1e; expected digits after the e, with _ only between two of them"),
    ("a = 1e1.5", "1:5: a: not a number: found 1e1.5; expected digits after the e, with _ only between two of them"),
    (
      "a = 1.2.3", "1:5: a: not a number: found 1.2.3; expected digits after the point, with _ only between two of them"
    ),
    ("a = 01.5", "1:5: a: not a number: found 01.5; expected no zero in front"),
    ("a = 1_.5", "1:5: a: not a number: found 1_.5; expected digits before the point, with _ only between two of them"),
    ("a = 1e999", "1:5: a: number too large: found 1e999; expected at most 1.7976931348623157e308"),
    ("a = 1.8e308", "1:5: a: number too large: found 1.8e308; expected at most 1.7976931348623157e308"),
    ("a = Inf", "1:5: a: syntax: found 'Inf'; expected a value: text in quotation marks, a number, true or false"),
    ("a = True", "1:5: a: syntax: found 'True'; expected a value: text in quotation marks, a number, true or false"),
    ("a = yes", "1:5: a: syntax: found 'yes'; expected a value: text in quotation marks, a number, true or false"),
    // Dates and times.
    ("a = 2023-02-29", badDate("2023-02-29")),
    ("a = 1900-02-29", badDate("1900-02-29")),
    ("a = 2023-13-01", badDate("2023-13-01")),
    ("a = 2023-00-01", badDate("2023-00-01")),
    ("a = 2023-04-31", badDate("2023-04-31")),
    ("a = 2023-1-1", badDate("2023-1-1")),
    ("a = 24:00:00", badDate("24:00:00")),
    ("a = 07:60:00", badDate("07:60:00")),
    ("a = 07:32:61", badDate("07:32:61")),
    ("a = 07:32", badDate("07:32")),
    ("a = 07:32:00.", badDate("07:32:00.")),
    ("a = 07:32:00Z", badDate("07:32:00Z")),
    ("a = 2023-01-01T", badDate("2023-01-01T")),
    ("a = 2023-01-01 7:00:00", badDate("2023-01-01 7:00:00")),
    ("a = 2023-01-01T07:00:00+24:00", badDate("2023-01-01T07:00:00+24:00")),
    // Arrays and inline tables.
    ("a = [1", "1:5: a: no end: found [; expected ] before the end of the file"),
    ("a = [\n1,\n", "1:5: a: no end: found [; expected ] before the end of the file"),
    ("a = [1 2]", "1:8: a: syntax: found '2'; expected , or ] after a value"),
    ("a = [,]", "1:6: a: syntax: found ','; expected a value: text in quotation marks, a number, true or false"),
    ("a = [1,,2]", "1:8: a: syntax: found ','; expected a value: text in quotation marks, a number, true or false"),
    ("a = { b = 1", "1:5: a: no end: found {; expected } on the same line"),
    ("a = {\n b = 1 }", "1:5: a: no end: found {; expected } on the same line"),
    ("a = { b = 1,\n c = 2 }", "1:5: a: no end: found {; expected } on the same line"),
    ("a = { b = 1, }", "1:14: a: syntax: found '}'; expected a key, or a table's name in brackets"),
    ("a = { b = 1 c = 2 }", "1:13: a: syntax: found 'c'; expected , or } after a value"),
  ]

  @Test("a broken document is refused at its line and column, in words")
  func refusesInvalid() {
    for row in Self.invalid { #expect(mistakes(row.toml) == [row.error], "\(row.toml)") }
  }

  @Test("bytes that are not UTF-8, and control characters, are refused before anything is read")
  func refusesBytes() {
    let utf8 = "not UTF-8 text: found byte 0x"
    let rows: [(bytes: [UInt8], error: String)] = [
      ([0x61, 0x3D, 0x22, 0xFF, 0x22], "1:4: \(utf8)FF; expected UTF-8"),
      ([0x23, 0xC0, 0x80], "1:2: \(utf8)C0; expected UTF-8"),
      ([0x23, 0xE0, 0x80, 0x80], "1:2: \(utf8)E0; expected UTF-8"),
      ([0x23, 0xED, 0xA0, 0x80], "1:2: \(utf8)ED; expected UTF-8"),
      ([0x23, 0xF4, 0x90, 0x80, 0x80], "1:2: \(utf8)F4; expected UTF-8"),
      ([0x23, 0xF5, 0x80, 0x80, 0x80], "1:2: \(utf8)F5; expected UTF-8"),
      ([0x23, 0x80], "1:2: \(utf8)80; expected UTF-8"),
      ([0x23, 0xE2, 0x82], "1:2: \(utf8)E2; expected UTF-8"),
      ([0xFF, 0xFE, 0x61, 0x00], "1:1: \(utf8)FF; expected UTF-8"),
    ]
    for row in rows { #expect(mistakes(row.bytes) == [row.error]) }

    let control = "; expected printable text, tabs, and lines that end in LF or CR LF"
    #expect(mistakes("a = 'x\u{0}y'") == ["1:7: a control character: found byte 0x00" + control])
    #expect(mistakes("\n# x\u{7F}") == ["2:4: a control character: found byte 0x7F" + control])
    #expect(mistakes("a = 1\rb = 2") == ["1:6: a control character: found byte 0x0D" + control])
    #expect(mistakes("a = 1\r") == ["1:6: a control character: found byte 0x0D" + control])
    #expect(mistakes("a = \"\"\"x\u{1B}\"\"\"") == ["1:9: a control character: found byte 0x1B" + control])
  }

  @Test("size, nesting and number of values are bounded")
  func bounds() throws {
    let depth = Limits.configurationDepthMax
    let nested = { (levels: Int) in
      "a = " + String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
    }
    #expect(throws: Never.self) { try rendered(nested(depth)) }
    #expect(mistakes(nested(depth + 1)) == ["1:\(5 + depth): a: nested too deeply; expected at most 16 levels"])
    let tables = "a = " + String(repeating: "{a=", count: depth + 1)
    #expect(mistakes(tables).first?.hasSuffix("nested too deeply; expected at most 16 levels") == true)
    let path = { (parts: Int) in (0..<parts).map { "k\($0)" }.joined(separator: ".") }
    #expect(throws: Never.self) { try rendered(path(depth) + " = 1") }
    #expect(mistakes("[" + path(depth + 1) + "]").first?.hasSuffix("expected at most 16 parts in a key") == true)

    let values = Limits.configurationValuesMax
    let list = { (count: Int) in "a = [" + String(repeating: "1,", count: count) + "]" }
    #expect(throws: Never.self) { try rendered(list(values - 2)) }
    #expect(
      mistakes(list(values - 1)) == [
        "1:\(6 + 2 * (values - 2)): a: too many; expected at most 2048 keys and values in a file"
      ])

    let size = Limits.configurationBytesMax
    #expect(throws: Never.self) { try rendered("#" + String(repeating: "x", count: size - 1)) }
    #expect(
      mistakes("#" + String(repeating: "x", count: size))
        == ["1:1: the file is too large: found 65537 bytes; expected at most 65536"])
    let digits = String(repeating: "1", count: Limits.configurationNumberBytesMax + 1)
    #expect(mistakes("a = " + digits).first?.hasSuffix("expected at most 128 characters") == true)
    #expect(mistakes("a = 07:32:00." + digits).first?.hasSuffix("expected at most 128 characters") == true)
  }

  @Test("a float is the nearest double, ties to even")
  func floats() throws {
    var randomness = Randomness(seed: 7)
    var rows = [
      "9007199254740993.0", "9007199254740992.9999999999999999", "9007199254740993.0000000000000001", "1e23", "8.5e22",
      "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9406564584124654e-324", "2.4703282292062327e-324",
      "2.4703282292062328e-324", "1.7976931348623158e308", "0.1", "0.3", "123456789012345678901234567890e-20",
      "6.02214076e23", "1e22", "1e-22", "4.35", "0.000001",
    ]
    for _ in 0..<3000 {
      var digits = "\(1 + randomness.below(9))"
      for _ in 0..<randomness.below(24) { digits += "\(randomness.below(10))" }
      rows.append("\(digits).\(randomness.below(1_000_000))e\(randomness.below(640) - 340)")
    }
    for row in rows {
      let expected = try #require(Double(row))
      if expected.isInfinite {
        #expect(mistakes("a = " + row).first?.contains("number too large") == true, "\(row)")
      } else {
        #expect(try rendered("a = " + row) == "a=\(expected)f", "\(row)")
      }
    }
  }

  private static func badDate(_ found: String) -> String {
    "1:5: a: not a date or time: found \(found); expected 1979-05-27, 07:32:00, 1979-05-27T07:32:00 or "
      + "1979-05-27T07:32:00+02:00, and a day that exists"
  }
}
