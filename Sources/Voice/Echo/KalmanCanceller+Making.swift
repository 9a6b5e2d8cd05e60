// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Where a canceller and its parts are made: at start only.

extension KalmanCanceller {
  /// A canceller with everything on, for periods of `periodSamples` samples (240, 480 or 960). Takes less than 400 KB; allocates, not
  /// for a running call.
  public init(periodSamples: Int) {
    precondition(periodSamples == 240 || periodSamples == 480 || periodSamples == 960, "a period is 5, 10 or 20 ms")
    self.init(
      periodSamples: periodSamples, memory: FloatMemory(count: Self.memoryCount),
      micSplit: BandSplit(),
      farSplit: BandSplit(),
      ring: ReferenceRing(memory: FloatMemory(count: ReferenceRing.memoryCount)),
      search: DelaySearch(memory: FloatMemory(count: DelaySearch.memoryCount), transform: FourierTransform(size: 2048)),
      filter: KalmanFilter(memory: FloatMemory(count: KalmanFilter.memoryCount)),
      drift: DriftTracker(memory: FloatMemory(count: DriftTracker.memoryCount)),
      suppressor: ResidualSuppressor(
        memory: FloatMemory(count: ResidualSuppressor.memoryCount),
        noise: NoiseFloor(memory: FloatMemory(count: NoiseFloor.memoryCount)),
        table: LogSpectralGain(memory: FloatMemory(count: LogSpectralGain.memoryCount))),
      transform: FourierTransform(size: 320))
  }
}
