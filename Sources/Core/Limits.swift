// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: 2026 The intercom authors
//
// Every bound of the house, each with its reason. Sized types are aliases here, so that each literal is written once:
// value-generic arguments must be literals. docs/reference/limits.md repeats this table; a test compares the two.

/// Every bound of the house. Counts are items, `Bytes` are octets, `Milliseconds` are milliseconds.
public enum Limits {
  // MARK: Network

  /// Largest datagram handled: the Ethernet MTU; nothing we speak is larger, and the rest is cut and counted.
  public static let datagramBytesMax = 1500
  /// Octets kept free behind a datagram's payload: the SRTCP index and tag (4 + 10), rounded up with room for a key
  /// identifier.
  public static let datagramTailBytes = 36
  /// DTLS records are cut to this size so that they pass every path we know of, tunnels included.
  public static let dtlsRecordBytesMax = 1200

  // MARK: Security

  /// First retransmission of a DTLS flight: above most round trips, and far below the second that RFC 6347 section
  /// 4.2.4.1 names, because a caller waits.
  public static let dtlsRetransmissionMillisecondsFirst = 200
  /// Longest wait between two retransmissions: doubling goes no further, so that a path that heals is used at once.
  public static let dtlsRetransmissionMillisecondsMax = 1600
  /// A handshake without a result is over after this: as long as ICE consent lives (RFC 7675 section 5.1).
  public static let dtlsHandshakeMillisecondsMax = 30_000
  /// Datagrams kept that came before `start`: a ClientHello in five fragments and one repetition of its first.
  public static let dtlsEarlyDatagramsMax = 6
  /// Replay window of SRTP in packets: RFC 3711 section 3.3.2 wants 64; 256 are 2.5 s of 10 ms frames.
  public static let srtpWindowPackets = 256
  /// Sources a far side may send from in one session: its voice, one replacement after a restart of its sender, and
  /// video, retransmission and correction streams that we refused but somebody may send.
  public static let srtpSourcesMax = 8
  /// Days from a server certificate's first moment to its last: what phones accept of an authority that its owner trusts (825), and a
  /// day less for how they count.
  public static let certificateDays = 824
  /// Days before its end that a server certificate is made anew: a device that is off for a holiday still comes back with a good one.
  public static let certificateRenewalDays = 30
  /// Days a server certificate is valid before it is made, for phones whose clock is behind.
  public static let certificateBacklogDays = 7
  /// Names in a certificate, its own and those of the configuration.
  public static let certificateNamesMax = 16
  /// Addresses in a certificate: several interfaces with one or two private addresses each.
  public static let certificateAddressesMax = 16
  /// How often the machine's addresses are looked at for its certificate.
  public static let certificatePollMilliseconds = 10_000
  /// How long new addresses must stay the same before a certificate is made for them: less than a poll, so two polls agree.
  public static let certificateStableMilliseconds = 8000
  /// Earliest wall-clock time that is believed (2026-11-01): before it, this program did not exist, so the clock is not set yet.
  public static let clockPlausibleSecondsMin: Int64 = 1_793_491_200
  /// Latest wall-clock time that is believed (2046-01-01): a certificate made then still ends before the authority does.
  public static let clockPlausibleSecondsMax: Int64 = 2_398_377_600
  /// Bytes in a QR code: version 14 at level M, which a phone still reads from a screen; the address and fingerprint take 130.
  public static let qrBytesMax = 362
  /// Largest file of authorities that calls believe in: a system's bundle of 140 is 220 KB.
  public static let authoritiesFileBytesMax = 1_048_576
  /// TLS handshakes under way at once: two browsers that open six connections each, and some to spare. Each holds 50 KB;
  /// beyond, the oldest makes room.
  public static let tlsHandshakesMax = 16
  /// TLS handshakes under way from one address: the six connections of a browser and a second page, so that one address
  /// cannot take the places of all.
  public static let tlsHandshakesPerAddressMax = 8
  /// Time for a TLS handshake, from the connection's start: several round trips of a slow path, and a wait for others'.
  public static let tlsHandshakeMilliseconds = 10_000
  // MARK: Kernel

  /// Descriptors reported ready by one wait: what is over comes with the next wait, at once.
  public static let pollEventsMax = 64
  /// Datagrams taken from one socket in one wake-up, so that a flood on it cannot starve the timers and the other
  /// sockets.
  public static let datagramsPerWakeMax = 64
  /// Addresses of this machine that are looked at: several interfaces with a few IPv6 addresses each.
  public static let interfaceAddressesMax = 32
  /// Names waiting to be looked up: a handful of ICE servers and peers; one more is refused and counted.
  public static let lookupsMax = 8
  /// Addresses kept of one name: the first that answers is used, the others are spares.
  public static let lookupAddressesMax = 8
  /// Longest host name (RFC 1035 section 2.3.4: 255 octets on the wire, 253 as text).
  public static let hostNameBytesMax = 253
  /// A thread's stack: room for the temporary arrays of Opus and of the resolver; all of it counts where memory is
  /// locked.
  public static let threadStackBytes = 262_144
  /// Longest log line; the rest of a longer one is cut.
  public static let logLineBytesMax = 1024
  /// Call sites whose log lines are counted apart; beyond them the oldest is forgotten.
  public static let logKeysMax = 64
  /// Lines one call site may log within `logWindowSeconds`; more are counted and summed up in one line.
  public static let logLinesPerWindowMax = 10
  /// How long lines of one call site are counted together.
  public static let logWindowSeconds = 10
  /// Bytes that may wait for whoever reads standard output: one JSON message with a description of 16 KiB in it, every
  /// character escaped, and some small ones.
  public static let standardLineBytesMax = 65_536

  // MARK: Audio

  /// Samples a second everywhere between the sound device and the codec; the RTP clock of Opus (RFC 7587 section 4.1).
  public static let sampleRate = 48_000
  /// Longest audio device period: 20 ms at 48 kHz.
  public static let periodSamplesMax = 960
  /// Longest voice frame we send: 20 ms at 48 kHz.
  public static let frameSamplesMax = 960
  /// Longest voice frame a far side may send: 120 ms, the longest Opus packet (RFC 6716 section 3.2.5).
  public static let receivedFrameSamplesMax = 5760
  /// Largest frame inside an Opus packet (RFC 6716 section 3.4, R2).
  public static let opusFrameBytesMax = 1275
  /// Largest encoded frame: the largest Opus frame (1,275) rounded up to a whole slot.
  public static let encodedFrameBytesMax = 1280
  /// Far sides heard at once: one call now, and room for a small group mixed on a small board.
  public static let talkersMax = 4
  /// How much of a WAV file is searched for where its samples begin; tags may stand before them, albums of pictures may
  /// not.
  public static let wavHeaderBytesMax = 4096
  /// Most channels a WAV file may have: more than any sound card we know of; they are mixed to one.
  public static let wavChannelsMax = 32

  // MARK: Service

  /// Longest wait for server-reflexive candidates before an answer goes out: two round trips to a server on another
  /// continent.
  public static let answerPatienceMilliseconds = 150
  /// Largest file with a certificate and its key: an RSA key with its chain is below 8 KiB.
  public static let identityFileBytesMax = 16_384
  /// DTLS datagrams kept until their pair is validated: a fragmented ClientHello, twice.
  public static let earlyHandshakeDatagramsMax = 4
  /// Longest room or user name: a host name's length, and enough for people.
  public static let nameBytesMax = 64

  // MARK: Rings (capacities are powers of two)

  /// Frames from the audio thread to the loop thread: 160 ms of 10 ms frames; the loop thread skips older ones.
  public static let capturedRingSlots = 16
  /// Frames from the loop thread to the audio thread: a burst of 320 ms of 20 ms frames from one talker, or 80 ms from
  /// four.
  public static let receivedRingSlots = 16
  /// Commands to the audio thread: more than every control pressed once within a period.
  public static let commandRingSlots = 16
  /// Reports from the audio thread: cumulative, so losing one loses nothing.
  public static let reportRingSlots = 8
  /// Connections lent to the handshake thread: those that come in, and those of placed calls, rounded up.
  public static let handshakeRingSlots = 32
  /// PCM periods between a file and the audio thread: 320 ms of 10 ms periods, so that a slow disk is not heard.
  public static let pcmRingSlots = 32

  // MARK: ICE

  /// Local candidates of one ICE generation: eight bound addresses (a small board has two or three interfaces, each
  /// with an IPv4 and two IPv6 addresses) and as many reflexive ones.
  public static let localCandidatesMax = 16
  /// Remote candidates of one ICE generation, learnt ones included: twice what we have ourselves; more are refused and
  /// counted.
  public static let remoteCandidatesMax = 32
  /// Candidate pairs of one agent (RFC 8445 section 6.1.2.5 names 100); the lowest priorities make room.
  public static let candidatePairsMax = 100
  /// STUN servers asked by one agent; each costs a request from every local address.
  public static let stunServersMax = 4
  /// Requests of one agent to STUN servers: every one of eight bound addresses asks each of four servers.
  public static let gatheringTransactionsMax = 32
  /// Consent checks that can still be answered: 30 s of the shortest interval of 4 s (RFC 7675 section 5.1), rounded
  /// up.
  public static let consentTransactionsMax = 8
  /// STUN messages waiting to be sent by one agent: its owner drains them after every call, so a few would do;
  /// retransmissions due at one late wake-up, and answers to a burst of checks, may use the rest. A refused answer is
  /// asked for again.
  public static let iceOutboxMax = 32
  /// Events waiting in one agent: one for each local candidate and as many changes of state and path; drained after
  /// every call.
  public static let iceEventsMax = 32
  /// Longest ICE username fragment and longest ICE password (RFC 8839 section 5.4).
  public static let iceCredentialBytesMax = 256
  /// Longest foundation of a candidate (RFC 8839 section 5.1).
  public static let iceFoundationBytesMax = 32
  /// Unknown attributes that a 420 error names; a request with more gets the first ones named (RFC 8489 section 6.3.1).
  public static let stunUnknownAttributesMax = 8
  // MARK: RTP

  /// A jump forward of this many packets is a gap; more is a restart of the source (MAX_DROPOUT, RFC 3550 appendix
  /// A.1).
  public static let rtpDropoutPacketsMax = 3000
  /// A packet this far behind is late; more is a restart of the source (MAX_MISORDER, RFC 3550 appendix A.1).
  public static let rtpMisorderPacketsMax = 100
  /// Packets in a row that a second source must show before it may take over (MIN_SEQUENTIAL, RFC 3550 appendix A.1).
  public static let rtpProbationPackets = 2
  /// How long the source in use must be silent before another takes over: five 20 ms frames, so that two cannot
  /// alternate.
  public static let rtpSourceSilenceMilliseconds = 100
  /// Packets at the start that carry the section's identifier: a second of 20 ms frames, then the far side knows the
  /// source.
  public static let rtpMIDPackets = 50
  /// Longest section identifier carried in packets: what a one-byte header extension holds (RFC 8285 section 4.2).
  public static let rtpMIDBytesMax = 16
  /// Longest canonical name sent: twice the 16 characters that we make (RFC 7022 section 4.2 asks for 96 bits).
  public static let rtcpCNAMEBytesMax = 32
  /// Mean time between reports: half of RFC 3550's five seconds, which this profile allows; under 1 kbit/s for both
  /// sides.
  public static let rtcpIntervalMilliseconds = 2500
  /// Mean time to the first report: the round trip is known within the first second.
  public static let rtcpFirstIntervalMilliseconds = 500

  /// Copies in one packet (RFC 2198): browsers send up to two, we one; a packet with more is refused.
  public static let redundantBlocksMax = 8
  /// Largest copy: what the block header's ten bits say (RFC 2198 section 3).
  public static let redundantBlockBytesMax = 1023
  /// Furthest a copy lies back, in samples: what the block header's fourteen bits say, 341 ms.
  public static let redundantOffsetSamplesMax = 16_383
  /// Furthest a copy of ours lies back, in frames: past it the delay costs more than the loss.
  public static let redundantDistanceMax = 5
  /// Frames kept for copies: the furthest, and the next power of two.
  public static let sentFramesKept = 8
  /// Packets whose timestamps are remembered to tell which ones a copy stands for: the furthest copy reaches 35 frames
  /// of 10 ms back.
  public static let redundancyHistoryPackets = 64
  // MARK: SDP

  /// Largest description read: ten times a browser's offer with video.
  public static let sdpBytesMax = 65_536
  /// Most lines read: a browser's offer with video has about two hundred.
  public static let sdpLinesMax = 2048
  /// Most sections read: an offer of a conference page with a few video and data sections.
  public static let sdpSectionsMax = 16
  /// Most candidates kept for a section: more than any host with many addresses and servers shows; the rest is dropped.
  public static let sdpCandidatesMax = 64
  /// Most codecs, extensions or sources kept for a section: three times a browser's video section; the rest is dropped.
  public static let sdpAttributesMax = 128
  // MARK: Jitter buffer (samples at 48 kHz)

  /// Most delay added so that copies of lost packets come in time: 120 ms; past it only a delay that is there anyway helps.
  public static let copyDelaySamplesMax = 5760
  /// Packets one talker's buffer holds: 640 ms of 10 ms frames, past the span below; one bit of a 64-bit word each.
  public static let jitterSlots = 64
  /// Most sound kept for one talker: 600 ms; what is older is dropped, so that no queue sits on old sound.
  public static let jitterSpanSamplesMax = 28_800
  /// Delay aimed at before the network is known: one 10 ms frame.
  public static let jitterTargetSamplesInitial = 480
  /// Least delay aimed at: 4 ms, a millisecond for a quiet LAN and the margin below.
  public static let jitterTargetSamplesMin = 192
  /// Most delay aimed at: 400 ms; past it people talk over each other, and lost sound is the lesser evil.
  public static let jitterTargetSamplesMax = 19_200
  /// Added to the delay seen in the network: 3 ms for the two threads' own wake-up times.
  public static let jitterMarginSamples = 144
  /// Packets whose delay is remembered at most: 7 s of 10 ms frames, and some more.
  public static let jitterHistoryPackets = 1024
  /// Seconds with packets for which their delays are remembered: one in eighty of 10 ms frames is then eight packets, enough to
  /// tell, and the delay of a burst is gone within ten.
  public static let jitterWindowSeconds = 7
  /// Delays told apart, one a millisecond; longer ones are stalls and are remembered apart.
  public static let jitterHistogramMilliseconds = 128
  /// Seconds over which the fastest packet is remembered: a way that grows longer by 5 ms a second is followed closely.
  public static let jitterFastestSeconds = 3
  /// Least sound that a stretch leaves out or repeats: 2.5 ms, the pitch period of a high voice at 400 Hz.
  public static let stretchLagSamplesMin = 120
  /// Most of it: 15 ms, that of a deep voice at 67 Hz.
  public static let stretchLagSamplesMax = 720
  /// From one stretch to the next: 20 ms, so that there is more sound than joins.
  public static let stretchSpacingSamples = 960
  /// Longest sound made up for a gap: 100 ms; speech guessed further is a buzz. After it there is only silence.
  public static let concealedSamplesMax = 4800
  /// From here on made-up sound fades: 40 ms.
  public static let concealedSamplesUnfaded = 1920
  // MARK: Configuration

  /// Largest configuration file: sixty-four peers with comments fill a tenth of it, and a wrong file is refused before
  /// it is read.
  public static let configurationBytesMax = 65_536
  /// Parts in a dotted key and levels of nested arrays and inline tables: our own settings need three, and recursion
  /// stays bounded.
  public static let configurationDepthMax = 16
  /// Keys and values in a configuration file: a few times our largest, so that looking for duplicates stays quick.
  public static let configurationValuesMax = 2048
  /// Errors reported for one file: a screenful; the rest is counted.
  public static let configurationErrorsMax = 16
  /// Longest number or date in a configuration file: far beyond what a value can tell apart.
  public static let configurationNumberBytesMax = 128
  /// Longest text of a setting: a path or a URL.
  public static let configurationTextBytesMax = 1024
  /// Longest name of an intercom or a peer: it must fit a display and a log line.
  public static let configurationNameBytesMax = 64
  /// Longest host name in a URL or a STUN URI (RFC 1035 section 3.1, as text).
  public static let configurationHostBytesMax = 253
  /// STUN servers in the configuration: a browser warns from five on; each costs every call a request.
  public static let configurationServersMax = 8
  /// Names and origins of the web server: a few domains, and the panels of a house.
  public static let configurationNamesMax = 16
  /// Peers in the configuration: a large house.
  public static let configurationPeersMax = 64
  /// Buttons in the configuration: every line of a 40-pin header, some pressed in two ways.
  public static let configurationButtonsMax = 32
  /// Lights in the configuration: the four roles, in several places.
  public static let configurationLightsMax = 16
  /// Mixer controls in the configuration: routing a codec takes about twenty on each side.
  public static let configurationMixerMax = 64
  /// Lamps in a chain of APA102: boards have three or twelve, and a chain is written whole at each change.
  public static let configurationLampsMax = 64
  /// Longest path of the control socket: what the kernel's address has room for (`sun_path`, 108 with the zero).
  public static let configurationSocketBytesMax = 107
  /// Longest name of a group: what `groupadd` takes.
  public static let configurationGroupBytesMax = 32
  // MARK: Sound cards

  /// A sound card that delivers or takes nothing for so long has stalled and is opened anew: 25 of the longest periods,
  /// and far below the 5 s after which a frozen audio thread is noticed.
  public static let soundStallMilliseconds = 500
  /// First wait before a sound card that went away is opened again: a plug that was only loose is back by then.
  public static let soundReopenMillisecondsFirst = 200
  /// Longest such wait, after doubling: a card that returns is heard within 5 s, with a second for opening it.
  public static let soundReopenMillisecondsMax = 4000
  /// A sound card that worked for so long begins with the first wait again when it goes; one that goes sooner does not.
  public static let soundSettledMilliseconds = 5000
  /// Samples at full scale from which a sound check speaks of clipping, per million: a tenth of a percent is heard.
  public static let soundCheckClippedPerMillion = 1000
  /// Loudest noise floor that a sound check lets pass: what is louder is heard in the pauses at the far side.
  public static let soundCheckNoiseHundredthsMax: Int32 = -4500
  /// Least loss from loudspeaker to microphone that a sound check lets pass: the canceller is measured down to it.
  public static let soundCheckCouplingHundredthsMin: Int32 = -600
  /// Least reduction of the echo that a sound check lets pass: with less, the far side hears itself.
  public static let soundCheckReductionHundredthsMin: Int32 = 2000
  /// Channels of a sound card that is opened: an array of microphones; only the first two are used.
  public static let soundChannelsMax = 8
  /// Periods from one look at a sound card's delays to the next: two system calls, and 80 ms of 10 ms periods.
  public static let alignmentPeriods = 8
  /// Looks at the delays that make one figure: 1.3 s, past the coarse steps in which some cards count.
  public static let alignmentLooks = 16
  /// Events of the sound cards that wait for the loop thread: both directions lost and back, four times.
  public static let soundEventRingSlots = 16
  /// Values of one control that are set and shown; a control of a small board has one or two.
  public static let mixerChannelsMax = 8
  /// Items of one choice that are shown: the sources of a codec's largest switch.
  public static let mixerItemsMax = 64
  // MARK: Panel

  /// Lines and lamps that could not be had are asked for again so often: a chip or overlay that comes late is soon there.
  public static let panelRetryMilliseconds = 5000
  /// Held lines are looked at so often, as not every kernel tells that a chip has gone: talk that was pressed ends soon.
  public static let panelLookMilliseconds = 250
  /// Problems of buttons and lights that are remembered as told: every line and chain of the largest configuration.
  public static let panelProblemsMax = 64
  /// A line that is active so long is stuck, not pressed: nobody holds a button a minute.
  public static let stuckButtonMilliseconds = 60_000
  /// A press so long is a long one: twice what a slow short press takes, and no test of patience.
  public static let longPressMilliseconds = 1000
  /// The long press that shuts the machine down: longer than any other, so that nobody does it by leaning on it.
  public static let shutDownPressMilliseconds = 3000
  /// A second press so soon after the first began makes a double press; a short press on such a button acts after it.
  /// What desktops begin with.
  public static let doublePressMilliseconds = 500
  /// How many debounce windows bouncing may prolong the first one to: a worn contact bounces on for a few, and a loose
  /// one must not hide what the line is for ever.
  public static let debounceWindowsMax = 4
  /// One slow blink, half of it lit: something goes on.
  public static let blinkSlowMilliseconds = 1000
  /// One fast blink, half of it lit: somebody is wanted.
  public static let blinkFastMilliseconds = 250
  /// One double blink: no other pattern rests so long.
  public static let doubleBlinkMilliseconds = 1000
  /// Each flash of a double blink, and the dark between the two: the shortest that is counted at a glance.
  public static let doubleBlinkFlashMilliseconds = 100
  /// A flash of a code that is blinked: long enough to be counted by eye.
  public static let codeFlashMilliseconds = 200
  /// From one flash of a digit to the next: two and a half a second can be counted aloud.
  public static let codeFlashPeriodMilliseconds = 400
  /// Darkness between two digits of a code, so that nobody counts on.
  public static let codeDigitPauseMilliseconds = 1200
  /// Darkness before a code begins again.
  public static let codePauseMilliseconds = 3000
  /// Digits of a code that can be blinked: a pairing code has six.
  public static let codeDigitsMax = 8
  /// Lines one request to a GPIO chip may hold: the kernel's bound (GPIO_V2_LINES_MAX).
  public static let gpioLinesMax = 64
  /// Edges the kernel keeps until they are read: a bad press bounces some twenty times, and a handshake makes the loop
  /// thread late.
  public static let gpioEdgesMax = 256
  /// Edges read at once: two bad presses; the rest comes with the next reading.
  public static let gpioEdgesPerReadMax = 64
  /// Lamps of one APA102 chain: as many as the configuration knows. Every update writes them all, so that lamps nobody
  /// uses are dark.
  public static let apa102LampsMax = 64
  /// Bits a second to APA102 lamps: 268 bytes take 0.6 ms, and wires of a hand's length are fine with it.
  public static let apa102Hertz = 4_000_000

  // MARK: Web

  /// The port for HTTPS beside the usual 8080 for HTTP: the one above 1,024 that people know.
  public static let httpsPort = 8443
  /// Connections to the web server at once: a browser opens six; beyond, the one that has waited longest makes room.
  public static let webConnectionsMax = 32
  /// Connections of one address at once, but for this machine's own, behind which a proxy may stand: two browsers.
  public static let webConnectionsPerAddressMax = 16
  /// Pages that are told what goes on, at once: with as many calls that wait for their answer, half of the connections are
  /// left for whoever asks.
  public static let eventStreamsMax = 8
  /// Shortest time between two statuses or levels that a page is told: smooth to look at, and cheap.
  public static let eventIntervalMilliseconds = 200
  /// Levels between two statuses in a call, so that its delay and loss are told every 2 seconds.
  public static let eventLevelsPerStatus = 10
  /// Time between two comments that keep a stream of events alive through proxies.
  public static let eventKeepAliveMilliseconds = 15_000
  /// Time after which a page comes back that lost its stream of events.
  public static let eventRetryMilliseconds = 2000
  /// What may wait for a page that does not read before it is given up: a dozen statuses.
  public static let eventBacklogBytesMax = 16_384
  /// Memory one connection may hold, buffers and the request being read together: 32 of them stay near 3 MB at worst.
  public static let webConnectionBytesMax = 98_304
  /// Bytes handed to a connection in one go: what is left over of pipelined requests is never more.
  public static let httpReadBytesMax = 4096
  /// Longest request or status line: any address we serve is far shorter; RFC 9112 section 3 asks for 8,000, a board
  /// need not.
  public static let httpStartLineBytesMax = 2048
  /// Header or trailer fields in a message: a browser sends about twenty.
  public static let httpFieldsMax = 64
  /// Header or trailer section in bytes: browsers stay below 2,000; cookies of other services on the host may add some.
  public static let httpFieldBytesMax = 8192
  /// Largest message body: a browser's offer with every candidate is 4,000 to 9,000 bytes.
  public static let httpBodyBytesMax = 16_384
  /// Longest line of a chunk size with its extensions, which are ignored.
  public static let httpChunkLineBytesMax = 128
  /// Time for a whole request head, from its first byte or from the connection's start.
  public static let httpHeadMilliseconds = 10_000
  /// Time for a whole body, from the end of its head: 16,384 bytes pass in it at modem speed.
  public static let httpBodyMilliseconds = 10_000
  /// Time a connection may stay open between requests.
  public static let httpIdleMilliseconds = 30_000
  /// Time without progress after which a far side that does not read is given up.
  public static let httpWriteMilliseconds = 10_000
  /// Time a closing connection still reads, so that a reset does not destroy the response (RFC 9112 section 9.6).
  public static let httpLingerMilliseconds = 1000
  /// Time for a TCP connection to a far side to open.
  public static let httpConnectMilliseconds = 5000
  /// Time for a whole response of a far side: its time to answer a call, and five seconds for slow networks.
  public static let httpResponseMilliseconds = 15_000
  /// Longest URL a call may be placed to.
  public static let urlBytesMax = 1024
  /// Path segments told apart: our longest path has two.
  public static let urlSegmentsMax = 8
  /// Nesting of JSON values: our deepest message has four.
  public static let jsonDepthMax = 16
  /// JSON values in one text, so that a tree of empty arrays stays small.
  public static let jsonValuesMax = 1024
  /// Largest JSON text: an offer of the largest body with every byte escaped as two, and its envelope.
  public static let jsonBytesMax = 36_864
  /// Longest line on standard input: one JSON text.
  public static let stdioLineBytesMax = 36_864
  /// Call sessions at once, ringing ones included: the talkers, and as many that are on their way out.
  public static let callSessionsMax = 8
  /// Time to answer an offer or a fragment, gathering included, before the request is refused with 503.
  public static let callAnswerMilliseconds = 10_000
  /// POST, PATCH and DELETE requests that one client address may make at once.
  public static let callRateBurst = 30
  /// POST, PATCH and DELETE requests a second that one client address may keep up.
  public static let callRatePerSecond = 5
  /// Client addresses whose rate is remembered; beyond, the one with the most left is forgotten.
  public static let callRateClientsMax = 64
  /// Candidates a caller keeps until they can be sent.
  public static let callCandidatesMax = 32
  /// Redirects followed for one call.
  public static let callRedirectsMax = 3
  /// How often a player asks for a stream that is not live yet: ten minutes, with the pauses below.
  public static let whepAsksMax = 15
  /// The longest pause between two such questions, in seconds: doubling pauses would else soon miss a stream's beginning.
  public static let whepAskSecondsMax = 60
  /// Time for a caller to end a call properly before it just goes.
  public static let callHangUpMilliseconds = 3000
  /// How long a reloaded page may still get its call back by its old session: a slow phone's page takes seconds to load.
  public static let callReplaceMilliseconds = 30_000
  /// Tokens of sessions that were ended and may still be shown: as many as there can be sessions.
  public static let callTokensKeptMax = 8

  // MARK: Access

  /// Digits of a pairing code: a million of them, of which five can be tried.
  public static let pairingCodeDigits = 6
  /// How long a pairing code lives: time to walk from the device to a phone, and not to guess.
  public static let pairingSeconds = 120
  /// Wrong tries that close a pairing, and that shut an address out: mistyping thrice is usual.
  public static let pairingTriesMax = 5
  /// How long an address that tried too often is shut out.
  public static let pairingShutOutSeconds = 600
  /// Paired browsers, programs and devices: everybody's of a large house; each costs about 200 bytes.
  public static let pairedMax = 64
  /// Random bytes of a token: 256 bits, so that nobody finds one by trying.
  public static let pairedTokenBytes = 32
  /// How old "last seen" may be before it is written again: once a day, because each time a file is written.
  public static let pairedSeenSeconds = 86_400
  /// Largest file of the paired: 64 lines of the longest name and URL, and as much again.
  public static let pairedFileBytesMax = 262_144
  /// Longest signed token: a header, a few claims and a signature fill 400 bytes.
  public static let tokenBytesMax = 2048
  /// Signed tokens whose signature is known to be right: those of the pages that are open.
  public static let tokensKnownMax = 16
  /// How far the clock of whoever signs may be from ours.
  public static let tokenLeewaySeconds = 60
  /// Shortest secret for HS256: as many bytes as the hash has (RFC 7518 section 3.2).
  public static let tokenSecretBytesMin = 32
  /// Largest file with the key of signed tokens.
  public static let tokenKeyBytesMax = 4096
  /// A wall clock before this, 2025-01-01, is not set: the program is younger than that.
  public static let wallClockSecondsMin: Int64 = 1_735_689_600
  /// Requests that only look, from one address at once: a page with everything, opened by a whole family behind one
  /// address.
  public static let readingRateBurst = 400
  /// One more of them after this: programs that poll pass, and a flood costs a refusal only.
  public static let readingRateMilliseconds = 10
  /// Tries to pair from one address at once.
  public static let pairingRateBurst = 6
  /// One more of them after this.
  public static let pairingRateMilliseconds = 5000
  /// Rings of the bell from one address at once: impatience, but no alarm.
  public static let bellRateBurst = 3
  /// One more of them after this.
  public static let bellRateMilliseconds = 10_000
  /// Wrong signatures from one address at once: checking one takes some milliseconds on a small board.
  public static let signatureRateBurst = 5
  /// One more of them after this.
  public static let signatureRateMilliseconds = 2000
  /// Largest WebSocket message, in pieces or not: one JSON text.
  public static let webSocketMessageBytesMax = 36_864
  /// What may wait to be sent on a WebSocket: three of the largest messages; a far side that leaves more is given up.
  public static let webSocketOutputBytesMax = 131_072
  /// A WebSocket's far side that has been silent for so long is asked for a sign of life.
  public static let webSocketPingMilliseconds = 2500
  /// A WebSocket's far side that has been silent for so long is gone: two pings without an answer, and a second to spare.
  public static let webSocketSilenceMilliseconds = 6000
  /// Time for the closing handshake of a WebSocket: a round trip; a leave is to be seen in a second anyway.
  public static let webSocketCloseMilliseconds = 1000

  // MARK: Rooms

  /// Members of a room: two, for a call has two ends; messages name whom they are for, so that more can come.
  public static let roomMembersMax = 2
  /// Rooms at once: as many as the connections of the room server allow.
  public static let roomsMax = 64
  /// Connections to a room server at once: two for each room.
  public static let roomConnectionsMax = 128
  /// Messages that a member may send at once: a description and every candidate, three times.
  public static let roomRateBurst = 100
  /// Messages a second that a member may keep up.
  public static let roomRatePerSecond = 10
  /// How long a member that is not heard of stays one: it may come back in that time, and is gone in less than 10 s.
  public static let roomAbsenceMilliseconds = 9000
  /// Time for the first message on a new connection.
  public static let roomHelloMilliseconds = 5000
  /// Longest token that a client shows: a signed one with a dozen claims.
  public static let roomTokenBytesMax = 2048
  /// Longest candidate: the longest attribute line is far below.
  public static let roomCandidateBytesMax = 512
  /// Messages that a member keeps while its connection is away; beyond, the oldest is forgotten.
  public static let roomQueueMax = 48
  /// First wait before a member connects again, with jitter: a server that was restarted is back by then.
  public static let roomReconnectMillisecondsFirst = 250
  /// Longest such wait, after doubling.
  public static let roomReconnectMillisecondsMax = 8000

  // MARK: Calls

  /// Longest wait for a far side's answer: the longest ringing (120 s), and what slow networks need.
  public static let callOfferMilliseconds = 135_000
  /// How long a caller that gives up still waits for an answer that may be under way, so that it can be ended properly.
  public static let callTakeBackMilliseconds = 500
  /// Peers called at once: the talkers, less one place for a call that comes in meanwhile.
  public static let placedCallsMax = 3
  /// Placed calls at once, those included that are being ended while the next ones begin.
  public static let placedCallSlotsMax = 6
  /// Time between an answer and the first voice: a bit more than ICE takes to find that there is no route (39.5 s).
  public static let callConnectingMilliseconds = 45_000
  /// The first redial of a lost call comes within this time; each next one may wait twice as long.
  public static let redialMillisecondsFirst = 500
  /// The longest wait between two redials: a far side that is back is called within half a minute.
  public static let redialMillisecondsMax = 30_000
  /// How long the called side waits for a lost call to return and answers it without ringing: the 30 s that the far side
  /// may take to notice, and as long again.
  public static let callReturnMilliseconds = 60_000
  /// How long after a call of ours came up an offer of the same peer is an old one that crossed ours, not a new call.
  public static let callGlareMilliseconds = 3000
  /// How long the pages ring on when none is open: a page that is reloaded, or that lost its stream, is back in that time.
  public static let pagesGoneMilliseconds = 5000
  /// Callers that may wait during a call (`[call] busy = "wait"`): each holds one of the four connections, of which a call
  /// and its replacement need two.
  public static let callersWaitingMax = 1
  /// How often a soft tone reminds that somebody waits: noticed, and no nuisance.
  public static let waitingToneMilliseconds = 10_000
  /// Bytes of the file that remembers the call in progress.
  public static let rememberedCallBytesMax = 256
  /// A step of the volume buttons, in percent: ten steps from silent to full.
  public static let volumeStepPercent = 10
  // MARK: Talking and tones

  /// Longest tail after talk is let go: a sentence's end; longer ones would be taken for an open microphone.
  public static let talkTailMillisecondsMax = 2000
  /// Longest pre-roll: a quick word before the press; the voice is late by as much, and more would hinder talking.
  public static let talkPreRollMillisecondsMax = 300
  /// The same in samples at 48 kHz.
  public static let talkPreRollSamplesMax = 14_400
  /// How loud a muted microphone must be to tell that somebody talks, in hundredths of a dBFS: well above a room's
  /// noise, and below speech at an arm's length.
  public static let talkingWhileMutedCentibels: Int32 = -4500
  /// How long somebody still counts as talking while muted: past the pause between two words, so that a light is
  /// steady.
  public static let talkingWhileMutedMilliseconds = 1000
  /// In how many samples a gain goes from 0 to full scale: 5 ms; a step is heard as a click, and longer as a swell.
  public static let fadeSamples = 240
  /// How loud a ring is at least, in percent of the volume (16 dB less than at 100): a call must not be missed because
  /// somebody turned the last one down.
  public static let ringVolumePercentMin = 40
  // MARK: Service manager and control socket

  /// How soon the watchdog looks again whether the audio thread moves: 25 periods of 10 ms, so that a busy machine is
  /// no frozen thread, and a small part of the 5 s in which feeding has to stop.
  public static let watchdogLookMilliseconds = 250
  /// Longest status text told to the service manager: a line of `systemctl status`.
  public static let serviceStatusBytesMax = 256
  /// Clients of the control socket at once: a few programs that stay and a person's commands; beyond, the one that has
  /// been quiet longest makes room.
  public static let controlClientsMax = 8
  /// Longest request on the control socket: a call to every peer of the largest configuration, some names escaped.
  public static let controlLineBytesMax = 8192
  /// Time without progress after which a client that does not read its reply is given up.
  public static let controlWriteMilliseconds = 5000
  /// How long a command waits for the service's reply: the loop answers in milliseconds unless the board is drowning.
  public static let controlReplyMilliseconds = 5000
  /// Longest path of a Unix socket (sockaddr_un holds 108 bytes, its zero included).
  public static let socketPathBytesMax = 107
}

/// Commands that wait for their ring: one of each of eight kinds, and one for each talker.
public typealias WaitingVoiceCommands = FixedList<16, VoiceCommand>

/// Addresses of this machine, with what is known of each.
public typealias InterfaceAddressList<Element: BitwiseCopyable> = FixedList<32, Element>
/// Addresses of one name.
public typealias LookupAddressList = FixedList<8, IPAddress>
/// Storage for a host name and the zero behind it.
public typealias HostNameStorage = InlineArray<256, UInt8>
/// One value for each call site that logs.
public typealias LogKeyTable<Value> = InlineArray<64, Value>
/// Storage for one encoded frame's payload.
public typealias EncodedFrameStorage = InlineArray<1280, UInt8>
/// Storage for one PCM frame or period.
public typealias PCMFrameStorage = InlineArray<960, Int16>
/// One value for each talker.
public typealias PerTalker<Value> = InlineArray<4, Value>
/// Up to one value for each local candidate.
public typealias LocalCandidateTable<Value: BitwiseCopyable> = FixedList<16, Value>
/// Up to one value for each remote candidate.
public typealias RemoteCandidateTable<Value: BitwiseCopyable> = FixedList<32, Value>
/// Up to one value for each candidate pair.
public typealias CandidatePairTable<Value: BitwiseCopyable> = FixedList<100, Value>
/// Up to one value for each STUN server.
public typealias STUNServerTable<Value: BitwiseCopyable> = FixedList<4, Value>
/// Up to one value for each request to a STUN server.
public typealias GatheringTable<Value: BitwiseCopyable> = FixedList<32, Value>
/// Up to one value for each consent check that can still be answered.
public typealias ConsentTable<Value: BitwiseCopyable> = FixedList<8, Value>
/// STUN messages waiting to be sent.
public typealias ICEOutbox<Value: BitwiseCopyable> = FixedList<32, Value>
/// Events waiting to be polled.
public typealias ICEEventList<Value: BitwiseCopyable> = FixedList<32, Value>
/// Storage for an ICE username fragment or password.
public typealias ICECredentialStorage = InlineArray<256, UInt8>
/// Storage for a candidate's foundation.
public typealias ICEFoundationStorage = InlineArray<32, UInt8>
/// Types of unknown attributes, to be named in an error.
public typealias STUNUnknownAttributes = FixedList<8, UInt16>
/// The copies of one packet that are still to be taken, `Limits.redundantBlocksMax`.
public typealias RedundantBlockTable<Value: BitwiseCopyable> = FixedList<8, Value>
/// One a remembered packet, `Limits.redundancyHistoryPackets`.
public typealias RedundancyHistory<Value> = InlineArray<64, Value>
/// A section's identifier in RTP packets.
public typealias RTPMIDStorage = FixedList<16, UInt8>
/// A canonical name in RTCP packets.
public typealias RTCPCNAMEStorage = FixedList<32, UInt8>
/// The last delays of a talker's packets, in milliseconds.
public typealias JitterHistory = InlineArray<1024, UInt8>
/// How many of them had each delay.
public typealias JitterHistogram = InlineArray<128, UInt16>
/// The fastest packet of each of the last seconds.
public typealias JitterMinima = InlineArray<3, Int64>
/// How many packets of each of the last seconds are remembered.
public typealias JitterWindow = InlineArray<7, UInt16>
