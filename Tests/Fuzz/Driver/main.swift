// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// The driver of `make fuzz`. It feeds each entry in a process of its own, so that a trap ends that process alone:
//
//   Fuzz                            every entry, one after the other, for the same share of FUZZ_SECONDS (60)
//   Fuzz child ENTRY SEED FILE S    the process: inputs 0, 1, ... of the seed for S seconds; before each one its number
//                                   goes into FILE, where it survives a trap
//   Fuzz replay ENTRY FILE          feeds one file, to see a trap again
//
// FUZZ_SEED fixes the seed, FUZZ_ENTRY names the one entry to be fed, FUZZ_FINDINGS the folder for what did harm.

import Core
import Foundation
import FuzzEntries

/// How long one input may take before it counts as endless.
let inputSecondsMax = 20.0

func fail(_ text: String) -> Never {
  FileHandle.standardError.write(Data("error: \(text)\n".utf8))
  exit(2)
}

func entry(_ name: String) -> FuzzEntry {
  guard let entry = FuzzEntry.named(name) else {
    fail("there is no entry \(name); there are \(FuzzEntry.all.map { $0.name }.joined(separator: ", "))")
  }
  return entry
}

func say(_ text: String) {
  print(text)
  fflush(nil)
}

/// The number that a child keeps in its file: 8 bytes shared with its parent.
struct SharedNumber {
  let memory: UnsafeMutablePointer<UInt64>

  init(path: String) {
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    guard descriptor >= 0, ftruncate(descriptor, 8) == 0,
      let memory = mmap(nil, 8, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0), memory != MAP_FAILED
    else { fail("\(path) cannot be shared") }
    close(descriptor)
    self.memory = memory.bindMemory(to: UInt64.self, capacity: 1)
  }
}

/// Feeds inputs until the time is over.
func runChild(_ entry: FuzzEntry, seed: UInt64, file: String, seconds: Double) {
  let corpus = Corpus.files(of: entry.name).map { $0.bytes }
  let number = SharedNumber(path: file).memory
  let end = Date().addingTimeInterval(seconds)
  var index: UInt64 = 0
  while index % 16 != 0 || Date() < end {
    number.pointee = index
    entry.input(index, seed: seed, corpus: corpus).withByteView(entry.take)
    index += 1
  }
  number.pointee = index
}

/// What became of a child: how many inputs it took, and how it ended if not well.
func runEntry(_ entry: FuzzEntry, seed: UInt64, seconds: Double, findings: URL) -> Bool {
  let file = findings.appendingPathComponent("number.\(getpid())").path
  defer { unlink(file) }
  let number = SharedNumber(path: file).memory
  let child = Process()
  child.executableURL = URL(fileURLWithPath: CommandLine.arguments[0])
  child.arguments = ["child", entry.name, "\(seed)", file, "\(seconds)"]
  let start = Date()
  do { try child.run() } catch { fail("the child process cannot be started: \(error)") }
  var (last, lastChange, isEndless) = (UInt64.max, Date(), false)
  while child.isRunning {
    usleep(20_000)
    if number.pointee != last {
      (last, lastChange) = (number.pointee, Date())
    } else if Date().timeIntervalSince(lastChange) > inputSecondsMax {
      isEndless = true
      kill(child.processIdentifier, SIGKILL)
      child.waitUntilExit()
    }
  }
  child.waitUntilExit()
  let (count, spent) = (number.pointee, Date().timeIntervalSince(start))
  if child.terminationReason == .exit, child.terminationStatus == 0 {
    say("\(entry.name): \(count) inputs, \(Int(Double(count) / spent)) a second")
    return true
  }
  let bytes = entry.input(count, seed: seed, corpus: Corpus.files(of: entry.name).map { $0.bytes })
  let finding = findings.appendingPathComponent("\(entry.name)-\(seed)-\(count)")
  do { try Data(bytes).write(to: finding) } catch { fail("\(finding.path) cannot be written") }
  let end = isEndless ? "does not end" : "ends the process (signal \(child.terminationStatus))"
  say("\(entry.name): FAILED: input \(count) of seed \(seed), \(bytes.count) bytes, \(end)")
  say("  \(finding.path)")
  say("  to see it again: Tests/Fuzz/run replay \(entry.name) \(finding.path)")
  return false
}

func runAll() -> Int32 {
  let environment = ProcessInfo.processInfo.environment
  let seconds = environment["FUZZ_SECONDS"].flatMap { Double($0) } ?? 60
  let seed = environment["FUZZ_SEED"].flatMap { UInt64($0) } ?? UInt64(Date().timeIntervalSince1970)
  let entries = environment["FUZZ_ENTRY"].map { [entry($0)] } ?? FuzzEntry.all
  let findings = URL(fileURLWithPath: environment["FUZZ_FINDINGS"] ?? "build/fuzz")
  do { try FileManager.default.createDirectory(at: findings, withIntermediateDirectories: true) } catch {
    fail("the folder \(findings.path) cannot be made")
  }
  say("fuzz: seed \(seed), \(entries.count) entries, \(Int(seconds)) s in all")
  var failures = 0
  for entry in entries {
    let share = seconds / Double(entries.count)
    if !runEntry(entry, seed: seed, seconds: share, findings: findings) { failures += 1 }
  }
  say(failures == 0 ? "fuzz: nothing found" : "fuzz: \(failures) entries failed")
  return failures == 0 ? 0 : 1
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case nil: exit(runAll())
case "child" where arguments.count == 6:
  guard let seed = UInt64(arguments[3]), let seconds = Double(arguments[5]) else { fail("a number is none") }
  runChild(entry(arguments[2]), seed: seed, file: arguments[4], seconds: seconds)
case "replay" where arguments.count == 4:
  guard let data = FileManager.default.contents(atPath: arguments[3]) else { fail("\(arguments[3]) cannot be read") }
  Array(data).withByteView(entry(arguments[2]).take)
  say("\(arguments[2]): \(data.count) bytes taken")
default: fail("usage: Fuzz [replay ENTRY FILE]")
}
