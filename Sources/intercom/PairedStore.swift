// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Who is paired, as a file in the state directory. It may change in the middle of a call, so a thread of its own writes it: a disk can
// take a second, and the loop thread has sound to move.

import Access
import Core
import Linux

/// The file `paired`.
final class PairedStore {
  /// One writing, shared with the thread that does it.
  private final class Job {
    let path: String
    let bytes: [UInt8]
    let isDone = StopFlag()
    /// Read once `isDone` is raised.
    var failure: LinuxError?

    init(path: String, bytes: [UInt8]) {
      self.path = path
      self.bytes = bytes
    }
  }

  private let directory: String?
  private var job: Job?
  private var thread: Linux.Thread?
  /// What is to be written once the present writing is over.
  private var waiting: [UInt8]?
  /// Why it cannot be kept; nil: it can.
  private(set) var trouble: String?

  /// A store in `directory`; nil: nothing is kept.
  init(directory: String?) { self.directory = directory }

  /// The bytes of the file; nil when there is none. `complaint` says why one that is there was not read.
  func read(_ complaint: inout String?) -> [UInt8]? {
    guard let directory else { return nil }
    let path = directory + "/paired"
    do throws(LinuxError) {
      return try Files.read(path, limitBytes: Limits.pairedFileBytesMax)
    } catch {
      if error.errno != LinuxError.notFound { complaint = "nobody is known who was paired: \(path): \(error.text)" }
      return nil
    }
  }

  /// Lets `bytes` be the file, in a while. Answers a sentence when nothing is kept at all.
  func write(_ bytes: [UInt8]) {
    guard let directory else { return }
    waiting = bytes
    begin(directory)
  }

  /// Looks whether a writing is over; a sentence when one has failed that had not before.
  func poll() -> String? {
    guard let directory, let job, job.isDone.isRaised else { return nil }
    end()
    let before = trouble
    trouble = job.failure.map {
      "who is paired is forgotten at the next start: \(job.path): \(DiskRemedy.sentence($0))"
    }
    begin(directory)
    return before == nil ? trouble : nil
  }

  /// Waits until everything is written.
  func finish() {
    while job != nil {
      end()
      if let directory { begin(directory) }
    }
  }

  private func end() {
    if let running = thread.take() { running.join() }
    job = nil
  }

  private func begin(_ directory: String) {
    guard job == nil, let bytes = waiting else { return }
    waiting = nil
    let job = Job(path: directory + "/paired", bytes: bytes)
    let context = Unmanaged.passRetained(job)
    do throws(LinuxError) {
      try Files.makeDirectory(directory, access: .ownerOnly)
      thread = try Linux.Thread(name: "paired", entry: Self.entry, context: context.toOpaque())
      self.job = job
    } catch {
      context.release()
      trouble = "who is paired is forgotten at the next start: \(job.path): \(DiskRemedy.sentence(error))"
    }
  }

  private static let entry: ThreadEntry = { context in
    guard let context else { return }
    let job = Unmanaged<Job>.fromOpaque(context).takeRetainedValue()
    job.failure = job.bytes.withByteView { view in
      do throws(LinuxError) {
        try Files.writeAtomically(view, to: job.path, access: .ownerOnly)
        return nil
      } catch { return error }
    }
    job.isDone.raise()
  }
}
