// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A QR code as a value: Security makes it, the web draws it as SVG and the program as text.

/// The modules of a QR code (ISO/IEC 18004): a square of dark and light ones, without the light border that whoever draws it leaves
/// around it.
public struct QRModules: Equatable, Sendable {
  /// Modules a side, 21 ... 177; 0: there is no code.
  public let size: Int
  /// Row by row; 1 is dark.
  private let modules: [UInt8]

  /// No code.
  public static let none = QRModules()

  private init() {
    size = 0
    modules = []
  }

  /// A code of `size` by `size` modules, row by row, 1 for dark; nil unless there are as many.
  public init?(size: Int, modules: [UInt8]) {
    guard size >= 0, size <= 177, modules.count == size * size else { return nil }
    self.size = size
    self.modules = modules
  }

  /// Whether the module in `column` of `row` is dark; those outside are light.
  public func isDark(column: Int, row: Int) -> Bool {
    guard column >= 0, row >= 0, column < size, row < size else { return false }
    return modules[row * size + column] != 0
  }
}
