// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The discrete Fourier transform of real sound, of 320 and of 2,048 samples.
//
// The samples are taken in pairs as complex numbers; those are transformed by a self-sorting (Stockham) chain of
// radices 4, 4, 2, 5 or 4, 4, 4, 4, 4, real and imaginary parts in planes of their own, and taken apart afterwards.
// Every loop runs over vectors of four: the first stage over its twiddle factors, the others over the stride.

import Core

/// A real transform and its inverse. Owned by one thread; makes nothing after its tables.
public struct FourierTransform: ~Copyable {
  /// How many samples are transformed: 320 or 2,048.
  public let size: Int
  /// How many bins come out, `size` / 2 + 1.
  public var bins: Int { half + 1 }

  private let half: Int
  private let memory: FloatMemory
  private let twiddles: Floats
  private let turnsRe: Floats
  private let turnsIm: Floats
  private let aRe: Floats
  private let aIm: Floats
  private let bRe: Floats
  private let bIm: Floats

  /// How many floats the tables and the working space of `size` samples take.
  static func memoryCount(size: Int) -> Int { size * 4 + 64 + size }

  /// A transform over `memory` of `memoryCount(size:)` floats; computes its tables.
  init(size: Int, memory: consuming FloatMemory) {
    precondition(size == 320 || size == 2048, "a transform of this size is not made")
    self.size = size
    half = size / 2
    var parts = FloatParts(of: memory)
    aRe = parts.take(half + 4)
    aIm = parts.take(half + 4)
    bRe = parts.take(half + 4)
    bIm = parts.take(half + 4)
    turnsRe = parts.take(half)
    turnsIm = parts.take(half)
    twiddles = parts.take(size * 2)
    self.memory = memory
    for index in 0..<half {
      let angle = 2 * Maths.pi * Double(index) / Double(size)
      turnsRe[index] = Float(Maths.cosine(angle))
      turnsIm[index] = Float(-Maths.sine(angle))
    }
    // For each stage the factors of its arms, planes of real and imaginary parts: w^p, w^2p, w^3p.
    var offset = 0
    var length = half
    var first = true
    while length >= 4 && length % 4 == 0 || length == 10 {
      let radix = length == 10 ? 2 : 4
      let arm = length / radix
      for power in 1..<radix {
        for index in 0..<arm {
          let angle = 2 * Maths.pi * Double(index * power) / Double(length)
          let place = first ? offset + 2 * (power - 1) * arm + index : offset + 6 * index + 2 * (power - 1)
          twiddles[place] = Float(Maths.cosine(angle))
          twiddles[place + (first ? arm : 1)] = Float(-Maths.sine(angle))
        }
      }
      offset += 6 * arm
      length = arm
      first = false
    }
  }

  /// The bins of `samples`, into planes with room for three more than there are: bin k is the sum of samples n by e^(−2πikn/size). The ends' imaginary parts are 0.
  public func forward(_ samples: Floats, _ re: Floats, _ im: Floats) {
    var index = 0
    while index < half / 4 {
      let low = samples.four(at: 8 * index)
      let high = samples.four(at: 8 * index + 4)
      aRe.fours[index] = Four(low[0], low[2], high[0], high[2])
      aIm.fours[index] = Four(low[1], low[3], high[1], high[3])
      index += 1
    }
    transform(aRe, aIm, bRe, bIm)
    let zRe = size == 320 ? aRe : bRe
    let zIm = size == 320 ? aIm : bIm
    zRe[half] = zRe[0]
    zIm[half] = zIm[0]
    index = 0
    while index < half / 4 {
      let hereRe = zRe.fours[index]
      let hereIm = zIm.fours[index]
      let thereRe = zRe.four(at: half - 4 * index - 3).turned
      let thereIm = zIm.four(at: half - 4 * index - 3).turned
      let evenRe = hereRe + thereRe
      let evenIm = hereIm - thereIm
      let oddRe = hereIm + thereIm
      let oddIm = thereRe - hereRe
      let turnRe = turnsRe.fours[index]
      let turnIm = turnsIm.fours[index]
      re.fours[index] = 0.5 * (evenRe + turnRe * oddRe - turnIm * oddIm)
      im.fours[index] = 0.5 * (evenIm + turnRe * oddIm + turnIm * oddRe)
      index += 1
    }
    re[half] = zRe[0] - zIm[0]
    im[half] = 0
    im[0] = 0
  }

  /// The samples of `re` and `im`, the true inverse of `forward`.
  public func inverse(_ re: Floats, _ im: Floats, _ samples: Floats) {
    let scale = 0.5 / Float(half)
    var index = 0
    while index < half / 4 {
      let hereRe = re.fours[index]
      let hereIm = im.fours[index]
      let thereRe = re.four(at: half - 4 * index - 3).turned
      let thereIm = im.four(at: half - 4 * index - 3).turned
      let evenRe = hereRe + thereRe
      let evenIm = hereIm - thereIm
      let sideRe = hereRe - thereRe
      let sideIm = hereIm + thereIm
      let turnRe = turnsRe.fours[index]
      let turnIm = turnsIm.fours[index]
      let oddRe = sideRe * turnRe + sideIm * turnIm
      let oddIm = sideIm * turnRe - sideRe * turnIm
      aRe.fours[index] = scale * (evenRe - oddIm)
      aIm.fours[index] = scale * (evenIm + oddRe)
      index += 1
    }
    // The inverse is the transform with the planes exchanged.
    transform(aIm, aRe, bIm, bRe)
    let zRe = size == 320 ? aRe : bRe
    let zIm = size == 320 ? aIm : bIm
    index = 0
    while index < half / 4 {
      let zr = zRe.fours[index]
      let zi = zIm.fours[index]
      samples.put(Four(zr[0], zi[0], zr[1], zi[1]), at: 8 * index)
      samples.put(Four(zr[2], zi[2], zr[3], zi[3]), at: 8 * index + 4)
      index += 1
    }
  }

  /// From the first two planes, by way of the other two; ends where an even number of stages ends.
  private func transform(_ xRe: Floats, _ xIm: Floats, _ yRe: Floats, _ yIm: Floats) {
    firstOfFour(xRe, xIm, yRe, yIm)
    var offset = 6 * (half / 4)
    if size == 320 {
      fours(yRe, yIm, xRe, xIm, arm: 10, stride: 4, offset)
      offset += 60
      twos(xRe, xIm, yRe, yIm, offset)
      lastOfFive(yRe, yIm, xRe, xIm)
    } else {
      fours(yRe, yIm, xRe, xIm, arm: 64, stride: 4, offset)
      offset += 6 * 64
      fours(xRe, xIm, yRe, yIm, arm: 16, stride: 16, offset)
      offset += 6 * 16
      fours(yRe, yIm, xRe, xIm, arm: 4, stride: 64, offset)
      offset += 6 * 4
      fours(xRe, xIm, yRe, yIm, arm: 1, stride: 256, offset)
    }
  }

  /// The stage of stride 1: four butterflies at a time, their outputs laid across.
  @inline(__always)
  private func firstOfFour(_ xRe: Floats, _ xIm: Floats, _ yRe: Floats, _ yIm: Floats) {
    let arm = half / 4
    let vectors = arm / 4
    let factors = twiddles.fours
    var index = 0
    while index < vectors {
      let aRe = xRe.fours[index]
      let aIm = xIm.fours[index]
      let bRe = xRe.fours[index + vectors]
      let bIm = xIm.fours[index + vectors]
      let cRe = xRe.fours[index + 2 * vectors]
      let cIm = xIm.fours[index + 2 * vectors]
      let dRe = xRe.fours[index + 3 * vectors]
      let dIm = xIm.fours[index + 3 * vectors]
      let sumRe = aRe + cRe
      let sumIm = aIm + cIm
      let difRe = aRe - cRe
      let difIm = aIm - cIm
      let sideRe = bRe + dRe
      let sideIm = bIm + dIm
      let crossRe = dIm - bIm
      let crossIm = bRe - dRe
      let one = turn(
        difRe - crossRe, difIm - crossIm, factors[index], factors[index + vectors])
      let two = turn(
        sumRe - sideRe, sumIm - sideIm, factors[index + 2 * vectors], factors[index + 3 * vectors])
      let three = turn(
        difRe + crossRe, difIm + crossIm, factors[index + 4 * vectors], factors[index + 5 * vectors])
      across(sumRe + sideRe, one.re, two.re, three.re, yRe.fours + 4 * index)
      across(sumIm + sideIm, one.im, two.im, three.im, yIm.fours + 4 * index)
      index += 1
    }
  }

  /// A stage of radix 4 whose stride is a multiple of four.
  @inline(never)
  private func fours(
    _ xRe: Floats, _ xIm: Floats, _ yRe: Floats, _ yIm: Floats, arm: Int, stride: Int, _ offset: Int
  ) {
    let vectors = stride / 4
    let reach = arm * vectors
    var p = 0
    while p < arm {
      let factors = twiddles + offset + 6 * p
      let inRe = xRe.fours + p * vectors
      let inIm = xIm.fours + p * vectors
      let outRe = yRe.fours + 4 * p * vectors
      let outIm = yIm.fours + 4 * p * vectors
      let w1Re = Four(repeating: factors[0])
      let w1Im = Four(repeating: factors[1])
      let w2Re = Four(repeating: factors[2])
      let w2Im = Four(repeating: factors[3])
      let w3Re = Four(repeating: factors[4])
      let w3Im = Four(repeating: factors[5])
      var q = 0
      while q < vectors {
        let aRe = inRe[q]
        let aIm = inIm[q]
        let bRe = inRe[q + reach]
        let bIm = inIm[q + reach]
        let cRe = inRe[q + 2 * reach]
        let cIm = inIm[q + 2 * reach]
        let dRe = inRe[q + 3 * reach]
        let dIm = inIm[q + 3 * reach]
        let sumRe = aRe + cRe
        let sumIm = aIm + cIm
        let difRe = aRe - cRe
        let difIm = aIm - cIm
        let sideRe = bRe + dRe
        let sideIm = bIm + dIm
        let crossRe = dIm - bIm
        let crossIm = bRe - dRe
        outRe[q] = sumRe + sideRe
        outIm[q] = sumIm + sideIm
        let one = turn(difRe - crossRe, difIm - crossIm, w1Re, w1Im)
        outRe[q + vectors] = one.re
        outIm[q + vectors] = one.im
        let two = turn(sumRe - sideRe, sumIm - sideIm, w2Re, w2Im)
        outRe[q + 2 * vectors] = two.re
        outIm[q + 2 * vectors] = two.im
        let three = turn(difRe + crossRe, difIm + crossIm, w3Re, w3Im)
        outRe[q + 3 * vectors] = three.re
        outIm[q + 3 * vectors] = three.im
        q += 1
      }
      p += 1
    }
  }

  /// The stage of radix 2 of the transform of 320: arm 5, stride 16.
  @inline(__always)
  private func twos(_ xRe: Floats, _ xIm: Floats, _ yRe: Floats, _ yIm: Floats, _ offset: Int) {
    var p = 0
    while p < 5 {
      let wRe = Four(repeating: twiddles[offset + 6 * p])
      let wIm = Four(repeating: twiddles[offset + 6 * p + 1])
      var q = 0
      while q < 4 {
        let from = 4 * p + q
        let to = 8 * p + q
        let aRe = xRe.fours[from]
        let aIm = xIm.fours[from]
        let bRe = xRe.fours[from + 20]
        let bIm = xIm.fours[from + 20]
        yRe.fours[to] = aRe + bRe
        yIm.fours[to] = aIm + bIm
        let one = turn(aRe - bRe, aIm - bIm, wRe, wIm)
        yRe.fours[to + 4] = one.re
        yIm.fours[to + 4] = one.im
        q += 1
      }
      p += 1
    }
  }

  /// The last stage of the transform of 320: radix 5, stride 32, no factors.
  @inline(__always)
  private func lastOfFive(_ xRe: Floats, _ xIm: Floats, _ yRe: Floats, _ yIm: Floats) {
    let c1 = Four(repeating: 0.30901699437494745)
    let c2 = Four(repeating: -0.8090169943749475)
    let s1 = Four(repeating: 0.9510565162951535)
    let s2 = Four(repeating: 0.5877852522924731)
    var q = 0
    while q < 8 {
      let aRe = xRe.fours[q]
      let aIm = xIm.fours[q]
      let p1Re = xRe.fours[q + 8] + xRe.fours[q + 32]
      let p1Im = xIm.fours[q + 8] + xIm.fours[q + 32]
      let m1Re = xRe.fours[q + 8] - xRe.fours[q + 32]
      let m1Im = xIm.fours[q + 8] - xIm.fours[q + 32]
      let p2Re = xRe.fours[q + 16] + xRe.fours[q + 24]
      let p2Im = xIm.fours[q + 16] + xIm.fours[q + 24]
      let m2Re = xRe.fours[q + 16] - xRe.fours[q + 24]
      let m2Im = xIm.fours[q + 16] - xIm.fours[q + 24]
      yRe.fours[q] = aRe + p1Re + p2Re
      yIm.fours[q] = aIm + p1Im + p2Im
      let e1Re = aRe + c1 * p1Re + c2 * p2Re
      let e1Im = aIm + c1 * p1Im + c2 * p2Im
      let e2Re = aRe + c2 * p1Re + c1 * p2Re
      let e2Im = aIm + c2 * p1Im + c1 * p2Im
      let o1Re = s1 * m1Re + s2 * m2Re
      let o1Im = s1 * m1Im + s2 * m2Im
      let o2Re = s2 * m1Re - s1 * m2Re
      let o2Im = s2 * m1Im - s1 * m2Im
      yRe.fours[q + 8] = e1Re + o1Im
      yIm.fours[q + 8] = e1Im - o1Re
      yRe.fours[q + 16] = e2Re + o2Im
      yIm.fours[q + 16] = e2Im - o2Re
      yRe.fours[q + 24] = e2Re - o2Im
      yIm.fours[q + 24] = e2Im + o2Re
      yRe.fours[q + 32] = e1Re - o1Im
      yIm.fours[q + 32] = e1Im + o1Re
      q += 1
    }
  }

  @inline(__always)
  private func turn(_ re: Four, _ im: Four, _ wRe: Four, _ wIm: Four) -> (re: Four, im: Four) {
    (re * wRe - im * wIm, re * wIm + im * wRe)
  }

  /// Writes the columns of four rows.
  @inline(__always)
  private func across(_ a: Four, _ b: Four, _ c: Four, _ d: Four, _ out: UnsafeMutablePointer<Four>) {
    out[0] = Four(a[0], b[0], c[0], d[0])
    out[1] = Four(a[1], b[1], c[1], d[1])
    out[2] = Four(a[2], b[2], c[2], d[2])
    out[3] = Four(a[3], b[3], c[3], d[3])
  }
}
