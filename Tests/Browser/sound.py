# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""A PulseAudio of the test's own: a loudspeaker nobody hears, and a microphone that plays a WAV file."""

import contextlib
import subprocess

import numpy
from harness import PATIENCE_SECONDS, until
from processes import Background, environment, executable

# The microphone is the monitor itself: a remapped source between the two wanders by a millisecond, which costs PESQ up
# to a whole point.
SCRIPT = """
load-module module-native-protocol-unix socket={folder}/native auth-anonymous=1
load-module module-null-sink sink_name=speaker rate=48000 channels=1 channel_map=mono
load-module module-null-sink sink_name=played rate=48000 channels=1 channel_map=mono
set-default-sink speaker
set-default-source played.monitor
"""


class Sound:
    """A running sound server; the variables in `finding` let a program find it, and no other."""

    def __init__(self, folder):
        self.folder = folder / "pulse"
        self.recording = self.folder / "speaker.raw"
        self.recorder = None
        self.forgotten = 0
        self.finding = {
            "PULSE_SERVER": f"unix:{self.folder}/native",
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_STATE_PATH": str(self.folder),
            "XDG_RUNTIME_DIR": str(self.folder),
        }
        self.environment = environment(self.folder, **self.finding)

    def __enter__(self):
        self.folder.mkdir(mode=0o700)
        script = self.folder / "script.pa"
        script.write_text(SCRIPT.format(folder=self.folder))
        self.process = Background(
            [executable("pulseaudio", "pulseaudio"), "-n", "--daemonize=no", "--exit-idle-time=-1", "--use-pid-file=no",
             "--disable-shm=yes", "--log-target=stderr", "--log-level=warn", f"--file={script}"],
            env={**self.environment, "DBUS_SYSTEM_BUS_ADDRESS": "unix:path=/nowhere"})
        try:
            until(self.answers, "the sound server's answer")
            self.recorder = Background(
                [executable("parec", "pulseaudio-utils"), "--device=speaker.monitor", "--raw", "--format=s16le",
                 "--rate=48000", "--channels=1", "--latency-msec=50", str(self.recording)], env=self.environment)
            until(lambda: self.recording.exists() and self.recording.stat().st_size, "the loudspeaker's sound")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def answers(self):
        assert self.process.process.poll() is None, f"the sound server ended\n{self.process.log()}"
        done = subprocess.run([executable("pactl", "pulseaudio-utils"), "info"], env=self.environment,
                              capture_output=True, check=False, timeout=PATIENCE_SECONDS)
        return done.returncode == 0

    def __exit__(self, kind, value, trace):
        if self.recorder:
            self.recorder.stop()
        self.process.stop()

    def forget(self):
        """What the loudspeaker has played until now is not asked for any more."""
        self.forgotten = self.recording.stat().st_size // 2 * 2

    def heard(self):
        """What the loudspeaker has played since, as floats at 48 kHz."""
        with self.recording.open("rb") as file:
            file.seek(self.forgotten)
            data = file.read()
        return numpy.frombuffer(data[: len(data) // 2 * 2], dtype="<i2").astype(numpy.float64) / 32768

    @contextlib.contextmanager
    def speaking(self, path):
        """Plays the WAV file into the microphone, once, from now on."""
        player = Background(
            [executable("paplay", "pulseaudio-utils"), "--device=played", "--latency-msec=100", str(path)],
            env=self.environment)
        try:
            yield player
        finally:
            player.stop()
