// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// What the tests put into every document before the document's own scripts run: the microphone is asked for without the
// browser's echo canceller and kin (they are not what is judged, and PESQ calls them distortion), and every track that
// comes in is recorded as samples.

(() => {
  if (globalThis.browserTest || !navigator.mediaDevices) return;
  const test = {
    sources: [], elements: [], blocks: [], tracks: 0, loudAt: null, markedAt: null, recording: true,
  };
  globalThis.browserTest = test;

  const media = navigator.mediaDevices;
  const getUserMedia = media.getUserMedia.bind(media);
  media.getUserMedia = (constraints) => {
    if (!constraints?.audio) return getUserMedia(constraints);
    const audio = constraints.audio === true ? {} : { ...constraints.audio };
    return getUserMedia({
      ...constraints,
      audio: { ...audio, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  };

  const take = (samples, before) => {
    test.blocks.push(samples);
    if (test.loudAt !== null) return;
    const index = samples.findIndex((sample) => Math.abs(sample) > 0.003);
    if (index >= 0) test.loudAt = before + index / 48;
  };

  // Chromium gives the track's own samples, without a worklet that the page's Content-Security-Policy would have to let
  // in.
  const process = async (track) => {
    const reader = new MediaStreamTrackProcessor({ track }).readable.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const samples = new Float32Array(value.numberOfFrames);
      value.copyTo(samples, { planeIndex: 0, format: "f32-planar" });
      test.rate = value.sampleRate;
      value.close();
      take(samples, performance.now());
    }
  };

  test.record = async (track) => {
    test.tracks += 1;
    const stream = new MediaStream([track]);
    const samples = Boolean(globalThis.MediaStreamTrackProcessor);
    // Chromium decodes a remote track only for an element. Elsewhere it is heard behind the loudspeaker, from the
    // page's own element where there is one.
    const element = test.last || samples ? new Audio() : null;
    if (element) {
      element.muted = samples;
      element.srcObject = stream;
      element.play().catch(() => {});
      test.elements.push(element);
    }
    if (samples) await process(track);
  };

  test.forget = () => {
    test.blocks = [];
    test.loudAt = null;
  };

  test.heard = () => {
    const length = test.blocks.reduce((sum, block) => sum + block.length, 0);
    const bytes = new Uint8Array(length * 2);
    const view = new DataView(bytes.buffer);
    let at = 0;
    for (const block of test.blocks) {
      for (const sample of block) {
        view.setInt16(at, Math.max(-32768, Math.min(32767, Math.round(sample * 32767))), true);
        at += 2;
      }
    }
    let text = "";
    for (let index = 0; index < bytes.length; index += 0x8000) {
      text += String.fromCharCode(...bytes.subarray(index, index + 0x8000));
    }
    return btoa(text);
  };

  // What test_signaling.py does with a browser that has no page of the product's own: descriptions go in and out.
  const complete = (connection) => new Promise((resolve) => {
    const look = () => connection.iceGatheringState === "complete" && resolve();
    connection.addEventListener("icegatheringstatechange", look);
    look();
  });

  const withMicrophone = async () => {
    const stream = await media.getUserMedia({ audio: true });
    const connection = new RTCPeerConnection();
    const [track] = stream.getAudioTracks();
    test.last = { connection, track, stream };
    return test.last;
  };

  // The offer without candidates, and with all of them.
  test.offer = async () => {
    const { connection, track, stream } = await withMicrophone();
    connection.addTrack(track, stream);
    await connection.setLocalDescription();
    const gathering = complete(connection);
    const bare = connection.localDescription.sdp.replace(/a=(candidate:.*|end-of-candidates)\r\n/g, "");
    await gathering;
    return { bare, full: connection.localDescription.sdp };
  };

  test.take = async (sdp) => {
    test.markedAt = performance.now();
    await test.last.connection.setRemoteDescription({ type: "answer", sdp });
  };

  test.answer = async (sdp) => {
    const { connection, track, stream } = await withMicrophone();
    await connection.setRemoteDescription({ type: "offer", sdp });
    connection.addTrack(track, stream);
    await connection.setLocalDescription();
    await complete(connection);
    return connection.localDescription.sdp;
  };

  test.hangUp = () => {
    test.last.connection.close();
    test.last.track.stop();
  };

  // When the person pressed the page's button, for the time to the first sound.
  addEventListener("click", ({ target }) => {
    if (target.closest?.("#call")) test.markedAt = performance.now();
  }, true);

  const Source = globalThis.EventSource;
  globalThis.EventSource = class extends Source {
    constructor(...options) {
      super(...options);
      test.sources.push(this);
    }
  };

  const Connection = globalThis.RTCPeerConnection;
  globalThis.RTCPeerConnection = class extends Connection {
    constructor(...options) {
      super(...options);
      if (!test.recording) return;
      this.addEventListener("track", ({ track }) => test.record(track));
    }
  };
})();
