// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// A page that only listens: any number of connections, each track of which is kept as samples.

(() => {
  const receivers = {};
  if (globalThis.browserTest) browserTest.recording = false;

  const keep = async (track, blocks) => {
    // Chromium decodes a remote track only for an element.
    const element = new Audio();
    element.muted = true;
    element.srcObject = new MediaStream([track]);
    element.play().catch(() => {});
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return element;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      value.close();
      blocks.push(samples);
    }
  };

  // Without the microphone a browser does not tell its addresses.
  globalThis.prepare = () => navigator.mediaDevices.getUserMedia({ audio: true }).then(() => true);

  globalThis.receive = async (name, sdp) => {
    const connection = new RTCPeerConnection();
    const blocks = [];
    receivers[name] = { connection, blocks };
    connection.ontrack = ({ track }) => keep(track, blocks);
    await connection.setRemoteDescription({ type: "offer", sdp });
    await connection.setLocalDescription();
    if (connection.iceGatheringState !== "complete")
      await new Promise((done) => { connection.onicecandidate = ({ candidate }) => candidate || done(); });
    return connection.localDescription.sdp;
  };

  globalThis.heard = (name) => {
    const { blocks } = receivers[name];
    const samples = new Int16Array(blocks.reduce((sum, block) => sum + block.length, 0));
    let at = 0;
    for (const block of blocks)
      for (const sample of block) samples[at++] = Math.max(-32768, Math.min(32767, Math.round(sample * 32767)));
    const bytes = new Uint8Array(samples.buffer);
    let text = "";
    for (let index = 0; index < bytes.length; index += 0x8000)
      text += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
    return btoa(text);
  };

  globalThis.figures = async (name) => {
    for (const entry of (await receivers[name].connection.getStats()).values())
      if (entry.type === "inbound-rtp")
        return {
          packets: entry.packetsReceived,
          recovered: entry.fecPacketsReceived ?? 0,
          made_up: entry.concealedSamples / Math.max(1, entry.totalSamplesReceived),
          buffer_ms: (1000 * entry.jitterBufferDelay) / Math.max(1, entry.jitterBufferEmittedCount),
        };
    return null;
  };

  globalThis.leave = (name) => {
    receivers[name].connection.close();
    delete receivers[name];
    return true;
  };
})();
