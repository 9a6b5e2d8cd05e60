# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""That the judge sees what is wrong: timelines written by hand. Run before every machine, in a blink."""

import unittest

import judge
import pairing
import timeline

LOUD, QUIET, SILENT = "1e", "90", "c8"  # -15, -72 and -100 dBFS


def line(seconds, text):
    return f"{round(seconds * 1e6)} {text}\n"


def blinking(lit, dark, seconds=4):
    """A light that is lit and dark for these times, in turn."""
    text, now, level = "", 0.0, 1
    while now < seconds:
        text += line(now, f"light a link {level}")
        times = lit if level else dark
        now += times[0]
        times.append(times.pop(0))
        level = 1 - level
    return timeline.Timeline(text)


class Lights(unittest.TestCase):
    def test_patterns_are_told_apart(self):
        for lit, dark, name in (
            ([0.5], [0.5], "blink slow"),
            ([0.125], [0.125], "blink fast"),
            ([0.1], [0.1, 0.7], "double blink"),
        ):
            self.assertEqual(blinking(lit, dark).pattern("a", "link", 1, 3.2), name)
        self.assertEqual(timeline.Timeline(line(0, "light a link 1")).pattern("a", "link", 1, 3), "solid")
        self.assertEqual(timeline.Timeline("").pattern("a", "link", 1, 3), "off")

    def test_a_flicker_is_no_pattern(self):
        run = timeline.Timeline(
            line(0, "light a link 1")
            + line(2, "light a link 0")
            + line(2.001, "light a link 1")
            + line(2.6, "light a link 0")
        )
        self.assertTrue(run.pattern("a", "link", 1, 3).startswith("lit for"))

    def test_a_late_light_fails(self):
        rows = ((0.021, True, False), (0.022, True, True), (0.042, False, False), (None, False, False))
        for late, passed, is_over in rows:
            verdict = judge.at_most("light", [late], judge.LIGHT_MS, judge.LIGHT_GRAIN_MS)
            self.assertEqual((verdict.passed, "over it" in verdict.goal), (passed, is_over))
        self.assertFalse(judge.at_most("ring", [1.001], 1000).passed)
        self.assertFalse(judge.at_most("light", [], 20).passed)


class Codes(unittest.TestCase):
    def blink(self, flashes, lit=0.2):
        text, now = "", 1.0
        for count in flashes:
            for _ in range(count):
                text += line(now, "light a link 1") + line(now + lit, "light a link 0")
                now += 0.4
            now += 1.0
        return pairing.code(timeline.Timeline(text), "a", 0.5, now + 3)

    def test_flashes_are_digits_and_ten_are_a_nought(self):
        self.assertEqual(self.blink([4, 10, 2, 9, 1, 7]), "402917")
        # It begins again behind a pause, and may be cut short then.
        self.assertEqual(self.blink([4, 10, 2, 9, 1, 7, 4, 3]), "402917")

    def test_what_is_no_digit_is_seen(self):
        self.assertEqual(self.blink([4, 11, 2, 9, 1, 7]), "4?2917")
        self.assertEqual(self.blink([1, 2, 3, 4, 5]), "12345")
        self.assertEqual(self.blink([1, 2, 3, 4, 5, 6], lit=0.3), "??????")


class Sound(unittest.TestCase):
    def test_silence_begins_after_the_last_sound(self):
        run = timeline.Timeline(line(1, "ear a " + LOUD * 20 + QUIET * 5 + SILENT * 25))
        self.assertAlmostEqual(run.silent_since("a", 1, 1.05), 1.025)
        self.assertIsNone(run.silent_since("a", 2, 3), "what was not recorded is not silent")

    def test_a_click_is_no_voice(self):
        run = timeline.Timeline(line(1, "heard a " + SILENT + LOUD + SILENT * 8) + line(1.05, "heard a " + LOUD * 10))
        self.assertAlmostEqual(run.hears("a", 1, 2), 1.055)
        self.assertAlmostEqual(run.voice_share("a", 1, 2), 11 / 20)

    def test_mute_that_lets_a_millisecond_through_fails(self):
        def muted(after):
            text = line(1, "mark begin mute") + line(1.1, "line b mute 0") + line(1.101, "light b mute 1")
            text += line(1.5, "mark end mute") + line(1.6, "mark begin mute stays") + line(2, "mark end mute stays")
            text += line(2.1, "mark begin unmute") + line(2.2, "mark end unmute")
            text += "".join(line(0.5 + 0.05 * i, "heard a " + LOUD * 10) for i in range(12))
            return timeline.Timeline(text + line(1.1, "ear a " + LOUD * 40 + SILENT * 400 + after))

        def verdict(run):
            return next(one.passed for one in judge.mute(run) if "-80 dBFS" in one.name)

        self.assertTrue(verdict(muted(SILENT)))
        self.assertFalse(verdict(muted(QUIET)))


class Logs(unittest.TestCase):
    def test_counters_are_read_from_the_status(self):
        told = 'mark control b status --json -> {"ok":true,"status":{"counters":{"xruns":%d}}} '
        text = line(1, told % 1) + line(2, told % 3) + line(3, "mark control b status --json -> nobody")
        run = timeline.Timeline(text)
        self.assertEqual([one.get("xruns") for one in judge.counters(run, "b")], [1, 3, None])

    def test_a_lag_beyond_its_bound_and_an_unlinked_direction_fail(self):
        said = "log %s <6>latency: capture 4.0 ms, playback 16.0 ms; what is captured lags %d samples"
        said += " behind what is played%s"
        linked = " (both directions are linked)"

        def failed(samples, end):
            text = line(1, said % ("a", 480, linked)) + line(1, said % ("b", samples, end))
            text += line(2, "mark begin freeze") + line(3, said % ("b", samples, end)) + line(4, "mark end freeze")
            return [one.name for one in judge.latency(timeline.Timeline(text)) if not one.passed]

        self.assertEqual(failed(960, linked), [])
        self.assertEqual(failed(1441 + judge.LAG_GRAIN, linked), ["latency logged, b"])
        self.assertEqual(failed(960, ""), ["both directions linked, b"])


class Scenarios(unittest.TestCase):
    def test_a_machine_that_did_nothing_fails_everything(self):
        verdicts = judge.judge(timeline.Timeline(""))
        self.assertGreaterEqual(len(verdicts), len(judge.SCENARIOS))
        self.assertEqual([str(one) for one in verdicts if one.passed and one.name != "the stage"], [])


if __name__ == "__main__":
    unittest.main(argv=["test_judge.py", "-q"])
