// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a canceller and its parts are made: at start only.

extension KalmanCanceller {
  /// A canceller with everything on, for periods of `periodSamples` samples (240, 480 or 960). Takes less than 400 KB; allocates, not
  /// for a running call.
  public init(periodSamples: Int) {
    precondition(periodSamples == 240 || periodSamples == 480 || periodSamples == 960, "a period is 5, 10 or 20 ms")
    let long = FourierTransform(size: 2048, memory: FloatMemory(count: FourierTransform.memoryCount(size: 2048)))
    let short = FourierTransform(size: 320, memory: FloatMemory(count: FourierTransform.memoryCount(size: 320)))
    self.init(
      periodSamples: periodSamples, memory: FloatMemory(count: Self.memoryCount),
      micSplit: BandSplit(memory: FloatMemory(count: BandSplit.memoryCount)),
      farSplit: BandSplit(memory: FloatMemory(count: BandSplit.memoryCount)),
      ring: ReferenceRing(memory: FloatMemory(count: ReferenceRing.memoryCount)),
      search: DelaySearch(memory: FloatMemory(count: DelaySearch.memoryCount), transform: long),
      filter: KalmanFilter(memory: FloatMemory(count: KalmanFilter.memoryCount)),
      drift: DriftTracker(memory: FloatMemory(count: DriftTracker.memoryCount)),
      suppressor: ResidualSuppressor(
        memory: FloatMemory(count: ResidualSuppressor.memoryCount),
        noise: NoiseFloor(memory: FloatMemory(count: NoiseFloor.memoryCount)),
        table: LogSpectralGain(memory: FloatMemory(count: LogSpectralGain.memoryCount))), transform: short)
  }
}
