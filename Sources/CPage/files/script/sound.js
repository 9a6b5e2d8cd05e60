// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
// Levels and signals, by one AudioContext that sleeps when nobody needs it.

class Sound {
  #context
  #meters = new Set()

  /** Browsers let a page sound after somebody has touched it: call this in a click or a key press. */
  wake() {
    this.#context ??= new AudioContext()
    if (this.#context.state === "suspended") this.#context.resume().catch(() => {})
    return this.#context
  }

  /** A meter of a stream: `read()` is 0–100 for −60–0 dBFS, `close()` lets go. */
  meter(stream) {
    const context = this.wake()
    const source = context.createMediaStreamSource(stream)
    const analyser = new AnalyserNode(context, { fftSize: 1024 })
    source.connect(analyser)
    const samples = new Float32Array(analyser.fftSize)
    const meter = {
      read: () => {
        analyser.getFloatTimeDomainData(samples)
        let sum = 0
        for (const sample of samples) sum += sample * sample
        const decibels = 10 * Math.log10(sum / samples.length + 1e-12)
        return Math.max(0, Math.min(100, Math.round(((decibels + 60) * 100) / 60)))
      },
      close: () => {
        source.disconnect()
        this.#meters.delete(meter)
        this.sleep()
      },
    }
    this.#meters.add(meter)
    return meter
  }

  sleep() {
    if (!this.#meters.size) this.#context?.suspend().catch(() => {})
  }

  /** Plays notes, [hertz, seconds] each, if the browser lets this page sound. */
  play(notes) {
    if (!this.#context) return
    const context = this.wake()
    let at = context.currentTime + 0.05
    for (const [hertz, seconds] of notes) {
      const gain = new GainNode(context, { gain: 0 })
      const tone = new OscillatorNode(context, { frequency: hertz })
      tone.connect(gain).connect(context.destination)
      gain.gain.setTargetAtTime(0.25, at, 0.01)
      gain.gain.setTargetAtTime(0, at + seconds * 0.7, seconds / 12)
      tone.start(at)
      tone.stop(at + seconds)
      tone.onended = () => gain.disconnect()
      at += seconds
    }
  }
}

const ringNotes = [[880, 0.2], [1100, 0.2], [880, 0.2], [1100, 0.4]]
const bellNotes = [[784, 0.5], [622, 0.9]]
