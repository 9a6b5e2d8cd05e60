#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors
"""Finds data that the linker may take for other data: weak-data.py LIST..., where each LIST
names the objects of one program (Objects.LinkFileList of SwiftPM).

Embedded Swift emits a constant array of a function as a weak symbol named for the function and a number. Every module that
inlines the function emits it again, and numbers its arrays in an order of its own; the linker then keeps one symbol of each
name. So a symbol that differs between two objects is an array that one of them will read wrongly. The mend is to build
one of the function's arrays by appending. docs/decisions/embedded-toolset.md says more.
"""

import collections
import pathlib
import struct
import subprocess
import sys

SYMBOLS, RELOCATIONS, NO_BITS = 2, 4, 8
WEAK, OBJECT = 2, 1


def weak_data(path):
    """Name and contents of each weak data symbol of an ELF64 object: its bytes, and what they are to point to."""
    file = path.read_bytes()
    if file[:5] != b"\x7fELF\x02":
        raise SystemExit(f"error: {path} is no 64-bit ELF object.")
    start, = struct.unpack_from("<Q", file, 40)
    size, count, names = struct.unpack_from("<HHH", file, 58)
    sections = [struct.unpack_from("<IIQQQQIIQQ", file, start + index * size) for index in range(count)]

    def text(table, offset):
        begin = sections[table][4] + offset
        return file[begin:file.index(b"\0", begin)].decode(errors="replace")

    symbols, relocations = [], collections.defaultdict(list)
    for section in sections:
        places = range(section[4], section[4] + section[5], 24)
        if section[1] == SYMBOLS:
            for place in places:
                name, kind, _, home, value, length = struct.unpack_from("<IBBHQQ", file, place)
                symbols.append((text(section[6], name), kind, home, value, length))
        elif section[1] == RELOCATIONS:
            relocations[section[7]] += [struct.unpack_from("<QQq", file, place) for place in places]
    for name, kind, home, value, length in symbols:
        if kind >> 4 != WEAK or kind & 15 != OBJECT or not 0 < home < count or not length:
            continue
        section, pointers = sections[home], []
        data = b"" if section[1] == NO_BITS else file[section[4] + value:section[4] + value + length]
        for place, what, addend in relocations[home]:
            if not value <= place < value + length:
                continue
            target, _, target_home, _, _ = symbols[what >> 32]
            if not target and 0 < target_home < count:
                # A text literal: what it says counts, not where it lies.
                target, addend = text(target_home, addend) if addend >= 0 else "", 0
            pointers.append((place - value, target, addend))
        yield name, (data, tuple(sorted(pointers)))


def check(program):
    """Compares the objects of one program, which the file `program` lists; answers how many symbols differ."""
    objects = [pathlib.Path(line.strip("'\"")) for line in program.read_text().split()]
    found = collections.defaultdict(lambda: collections.defaultdict(list))
    for path in objects:
        for name, contents in weak_data(path):
            found[name][contents].append(path)
    if not found:
        raise SystemExit("error: no object holds weak data, so nothing was compared.")
    wrong = {name: variants for name, variants in found.items() if len(variants) > 1}
    for name, variants in sorted(wrong.items()):
        plain = subprocess.run(["swift", "demangle", "--compact", name], capture_output=True, text=True, check=False)
        print(f"error: {plain.stdout.strip() or name} is one thing in "
              + ", another in ".join(f"{paths[0].parent.name}/{paths[0].name}" for paths in variants.values()))
    print(f"{len(found)} weak data symbols in {len(objects)} objects, {len(wrong)} differ")
    return len(wrong)


if __name__ == "__main__":
    sys.exit(1 if sum([check(pathlib.Path(program)) for program in sys.argv[1:]]) else 0)
