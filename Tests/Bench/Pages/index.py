# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""The first page of docs/benchmarks: what is measured, how, on what, and how to repeat it."""

import page


def write(topics):
    first = page.Page("README", "Benchmarks")
    first.text("""Pages and plots that `make bench` writes, from measurements that anyone can repeat. What is
        asserted is in the tests; nothing here fails a build. The table of sizes, memory, wake-ups and times that
        `make bench` prints besides is in [the figures](../explanation/figures.md).""")
    first.table(
        ["page", "what is measured", "the same figures each time", "takes where ten others work"],
        [[f"[{topic.TITLE}]({topic.NAME}.md)", topic.MEASURES, topic.REPEATS, topic.TAKES] for topic in topics])
    first.heading("How")
    first.points(
        """**Speech** is that of Debian's pocketsphinx-testdata (an audio book in the public domain) and of
        espeak-ng; none of it is in the repository.""",
        """**Seeds** are written down on each page; none of those reported was used for tuning. Where several
        clips or seeds were measured, a table shows the median with the least and the most, a plot the median and
        a bar from the least to the most.""",
        """**Virtual time** is used wherever no foreign program takes part: the same program gives the same
        figures, whatever else the machine does. Instructions are counted by valgrind's callgrind. Only the
        receivers of others run in real time.""",
        """**PESQ** is wide-band (ITU-T P.862.2), by the Python package pesq; 4.64 is the most it gives.""")
    first.heading("On what")
    first.text("""Two shared x86_64 cores, Debian 12, the x86_64 program that ships. No board was measured. What
        ARM cores need is not known; the inner loops are four lanes wide on either.""")
    first.heading("Again")
    first.commands(
        "make bench              # everything, the printed table too",
        "make bench ONLY=table   # only the printed table",
        *(f"make bench {'ONLY=' + topic.NAME:10s}   # only {topic.NAME}.md" for topic in topics),
        "Tests/Bench/run pages --redraw   # the pages anew from what was kept in build/bench")
    first.write()
