# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Pages of figures in Markdown, with their plots, into docs/benchmarks."""

import pathlib

ROOT = pathlib.Path(__file__).resolve().parents[3]
FOLDER = ROOT / "docs/benchmarks"
WIDTH = 160


def spread(values, digits=2):
    """The median with the least and the most, as a cell of a table shows them."""
    values = sorted(values)
    middle = values[len(values) // 2] if len(values) % 2 else sum(values[len(values) // 2 - 1 :][:2]) / 2
    if len(values) == 1:
        return signed(middle, digits)
    return f"{signed(middle, digits)} ({signed(values[0], digits)} to {signed(values[-1], digits)})"


def signed(value, digits):
    return f"{value:.{digits}f}".replace("-", "−")


class Page:
    """One page: `name` is the file's, `title` its heading. What is added is written by `write`, whole or not at all."""

    def __init__(self, name, title):
        self.name = name
        self.parts = [f"# {title}"]
        self.plots = {}

    def heading(self, text):
        self.parts.append(f"## {text}")

    def text(self, *sentences):
        self.parts.append(wrapped(" ".join(" ".join(sentences).split())))

    def points(self, *entries):
        self.parts.append("\n".join("- " + wrapped(" ".join(entry.split())).replace("\n", "\n  ") for entry in entries))

    def commands(self, *lines):
        self.parts.append("\n".join(["```sh", *lines, "```"]))

    def table(self, header, rows):
        lines = [header, ["---"] * len(header), *rows]
        self.parts.append("\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines))

    def plot(self, name, plot):
        """Shows the plot, whose file is `name` behind the page's own name."""
        file = f"plots/{self.name}-{name}.svg"
        self.plots[file] = plot.svg()
        self.parts.append(f"![{plot.title}. {plot.alt}]({file})")

    def write(self, folder=FOLDER):
        (folder / "plots").mkdir(parents=True, exist_ok=True)
        for old in (folder / "plots").glob(f"{self.name}-*.svg"):
            old.unlink()
        for file, text in self.plots.items():
            (folder / file).write_text(text)
        (folder / f"{self.name}.md").write_text("\n\n".join(self.parts) + "\n")


def wrapped(text):
    """Lines of at most WIDTH characters; a link is not broken."""
    lines, line = [], ""
    for word in text.split(" "):
        if line and len(line) + 1 + len(word) > WIDTH:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])
