// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A QR code drawn: as SVG for pages, as half blocks for terminals. Both leave the light border of four modules that readers want
// (ISO/IEC 18004 section 5.3.8); the terminal's is two, which they take as well and a small window has room for.

public import Core

/// Draws QR codes.
public enum QRPicture {
  /// The code as an SVG element, black on white in light and dark pages alike, for a page or as a file of its own; `label` is what
  /// somebody hears who does not see it (no markup in it). Empty when there is no code.
  public static func svg(_ code: QRModules, label: String) -> [UInt8] {
    guard code.size > 0 else { return [] }
    let border = 4
    let side = code.size + border * 2
    var bytes: [UInt8] = []
    put(&bytes, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ", side)
    put(&bytes, " ", side)
    put(&bytes, "\" width=\"", side * 4)
    put(&bytes, "\" height=\"", side * 4)
    bytes.append(text: "\" role=\"img\" aria-label=\"")
    bytes.append(text: label)
    put(&bytes, "\" shape-rendering=\"crispEdges\"><path fill=\"#fff\" d=\"M0 0h", side)
    put(&bytes, "v", side)
    bytes.append(text: "H0z\"/><path fill=\"#000\" d=\"")
    for row in 0..<code.size {
      var column = 0
      while column < code.size {
        let start = column
        while code.isDark(column: column, row: row) { column += 1 }
        let run = column - start
        if run > 0 {
          put(&bytes, "M", start + border)
          put(&bytes, " ", row + border)
          put(&bytes, "h", run)
          put(&bytes, "v1h-", run)
          bytes.append(text: "z")
        }
        column += 1
      }
    }
    bytes.append(text: "\"/></svg>")
    return bytes
  }

  @inline(never)
  private static func put(_ bytes: inout [UInt8], _ text: String, _ number: Int) {
    bytes.append(text: text)
    bytes.append(text: "\(number)")
  }

  /// The code as lines for a terminal: each character is two modules, one above the other, black on white whatever colours the
  /// terminal has. Empty when there is no code.
  public static func lines(_ code: QRModules) -> [String] {
    guard code.size > 0 else { return [] }
    var lines: [String] = []
    var row = -2
    while row < code.size + 2 {
      var line = "\u{1B}[30;107m"
      for column in -2..<code.size + 2 {
        switch (code.isDark(column: column, row: row), code.isDark(column: column, row: row + 1)) {
        case (true, true): line += "█"
        case (true, false): line += "▀"
        case (false, true): line += "▄"
        case (false, false): line += " "
        }
      }
      lines.append(line + "\u{1B}[0m")
      row += 2
    }
    return lines
  }
}
