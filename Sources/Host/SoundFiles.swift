// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// WAV files as sound devices: read ahead and written behind by the loop thread, a ring away from the audio thread.

import Codecs
import Core
import Linux
import Voice

/// Bytes on the heap for file input and output.
private final class Scratch {
  let bytes: MutableByteView

  init(count: Int) {
    bytes = MutableByteView(UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 16))
  }

  deinit { bytes.base?.deallocate() }
}

/// A WAV file that is captured from.
final class FileSource {
  private var stream: FileStream
  private let header: WAVHeader
  private var resampler: Resampler?
  private var ring: Producer<PCMFrame>
  private let periodSamples: Int
  private let scratch: Scratch
  /// Samples at 48 kHz that are not in the ring yet, from `waitingStart` on.
  private var waiting: [Int16] = []
  private var waitingStart = 0
  private let samples: UnsafeMutableBufferPointer<Int16>
  private let resampled: UnsafeMutableBufferPointer<Int16>
  private var bytesLeft: Int
  /// Whether all of the file has been read.
  private var isAtEnd = false

  /// Bytes read from the file at a time: 85 ms of 48 kHz stereo.
  private static let blockBytes = 16_384

  /// The file at `path`, to be captured in periods of `periodSamples` through `ring`; the ring is filled at once.
  init(path: String, periodSamples: Int, ring: consuming Producer<PCMFrame>) throws(HostError) {
    self.periodSamples = periodSamples
    self.ring = ring
    scratch = Scratch(count: Self.blockBytes)
    samples = .allocate(capacity: Self.blockBytes)
    resampled = .allocate(capacity: Self.blockBytes)
    waiting.reserveCapacity(Self.blockBytes * 8)
    let headBytes: Int
    do throws(LinuxError) {
      stream = try FileStream(reading: path)
      headBytes = try stream.read(into: scratch.bytes)
    } catch { throw .file(path: path, error) }
    do throws(WAVError) { header = try WAVHeader(parsing: scratch.bytes.readOnly[0..<headBytes]) } catch {
      throw .soundFile(path: path, error)
    }
    bytesLeft = header.dataBytes ?? .max
    if header.sampleRate != Limits.sampleRate {
      guard var resampler = Resampler(from: header.sampleRate, to: Limits.sampleRate) else {
        throw .soundRate(path: path, hertz: header.sampleRate)
      }
      resampler.skipLatency()
      self.resampler = consume resampler
    }
    do throws(LinuxError) { try stream.seek(to: header.dataOffset) } catch { throw .file(path: path, error) }
    serve()
  }

  deinit {
    samples.deallocate()
    resampled.deallocate()
  }

  /// Reads ahead until the ring is full. A file that cannot be read any more ends there. Does not allocate.
  func serve() {
    while ring.free > 0 {
      let count = waiting.count - waitingStart
      if count >= periodSamples || (isAtEnd && count > 0) {
        pushPeriod(min(periodSamples, count))
      } else if isAtEnd {
        return
      } else {
        readMore()
      }
    }
  }

  private func pushPeriod(_ count: Int) {
    guard let slot = ring.claim() else { return }
    slot.pointee.count = periodSamples
    withUnsafeMutableBytes(of: &slot.pointee.samples) { bytes in
      let target = bytes.bindMemory(to: Int16.self)
      for index in 0..<periodSamples { target[index] = index < count ? waiting[waitingStart + index] : 0 }
    }
    waitingStart += count
    ring.commit()
  }

  private func readMore() {
    waiting.removeFirst(waitingStart)
    waitingStart = 0
    let wanted = min(Self.blockBytes - Self.blockBytes % header.frameBytes, bytesLeft)
    var count = 0
    do throws(LinuxError) { count = try stream.read(into: scratch.bytes[0..<wanted]) } catch { count = 0 }
    guard count >= header.frameBytes else {
      isAtEnd = true
      return
    }
    bytesLeft -= count
    let converted = header.convert(scratch.bytes.readOnly[0..<count], into: samples)
    if resampler == nil {
      waiting.append(contentsOf: samples[0..<converted])
    } else {
      resample(converted)
    }
  }

  private func resample(_ count: Int) {
    var used = 0
    while used < count {
      let input = UnsafeBufferPointer(rebasing: samples[used..<count])
      let (consumed, produced) = resampler?.process(input, into: resampled) ?? (0, 0)
      guard consumed > 0 || produced > 0 else { return }
      used += consumed
      waiting.append(contentsOf: resampled[0..<produced])
    }
  }
}

/// A WAV file that is played to.
final class FileSink {
  private var stream: FileStream
  private var ring: Consumer<PCMFrame>?
  private let scratch = Scratch(count: Limits.periodSamplesMax * 2)
  private var dataBytes = 0
  private var bytesSinceHeader = 0
  private var failure: LinuxError?
  private var isFailureTold = false

  /// The file at `path`, made or emptied.
  init(path: String) throws(HostError) {
    do throws(LinuxError) {
      stream = try FileStream(replacing: path)
      try stream.write(Self.header(dataBytes: 0, in: scratch))
    } catch { throw .file(path: path, error) }
  }

  /// Takes periods from `ring` from now on.
  func listen(to ring: consuming Consumer<PCMFrame>) { self.ring = consume ring }

  /// Writes what is in the ring. After a failure (disk full) the sound goes on and what comes is dropped.
  func serve() {
    while let frame = ring?.peek() {
      if failure == nil { write(frame) }
      ring?.release()
    }
  }

  /// Why the file cannot be written any more; answers it once.
  func takeFailure() -> LinuxError? {
    guard let failure, !isFailureTold else { return nil }
    isFailureTold = true
    return failure
  }

  /// Puts the sizes into the header and the file onto the disk.
  func finish() {
    serve()
    guard failure == nil else { return }
    do throws(LinuxError) {
      try stream.write(Self.header(dataBytes: dataBytes, in: scratch), at: 0)
      try stream.synchronize()
    } catch { failure = error }
  }

  private func write(_ frame: UnsafePointer<PCMFrame>) {
    do throws(LinuxError) {
      let count = WAVHeader.encode(frame.pointee, to: scratch.bytes)
      try stream.write(scratch.bytes.readOnly[0..<count])
      dataBytes += count
      bytesSinceHeader += count
      // The sizes in the header are true once a second, so that a file cut short can be heard.
      guard bytesSinceHeader >= Limits.sampleRate * 2 else { return }
      bytesSinceHeader = 0
      try stream.write(Self.header(dataBytes: dataBytes, in: scratch), at: 0)
    } catch { failure = error }
  }

  private static func header(dataBytes: Int, in scratch: Scratch) -> ByteView {
    let bytes = scratch.bytes[0..<WAVHeader.writtenBytes]
    let fits = WAVHeader.write(dataBytes: dataBytes, to: bytes)
    precondition(fits, "a WAV header has a fixed size")
    return bytes.readOnly
  }
}
