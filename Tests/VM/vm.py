# SPDX-License-Identifier: Apache-2.0
# SPDX-FileCopyrightText: 2026 The intercom authors

"""Boots the test machine with the program in it, waits for its end, and judges what happened in it."""

import argparse
import pathlib
import subprocess
import sys
import time

import judge
import timeline

HERE = pathlib.Path(__file__).resolve().parent
# Longer than any run should take; a machine that hangs is ended then.
LIMIT_SECONDS = 660
DIRECTORY, FILE, LINK, DEVICE = 0o040755, 0o100755, 0o120777, 0o020600


def archive(entries):
    """A cpio archive (newc), as the kernel unpacks it: `entries` are name, mode, content and device number."""
    out = bytearray()
    for inode, (name, mode, content, device) in enumerate([*entries, ("TRAILER!!!", 0, b"", (0, 0))], start=1):
        name = name.encode() + b"\0"
        fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(name), 0)
        for part in (b"070701" + b"".join(b"%08x" % field for field in fields) + name, content):
            out += part + bytes(-len(part) % 4)
    return bytes(out)


def initramfs(rig, stage, program):
    """What the machine's memory holds at its start."""
    entries = [(name, DIRECTORY, b"", (0, 0)) for name in "bin dev lib modules net proc run sys tmp var".split()]
    entries.append(("dev/console", DEVICE, b"", (5, 1)))
    entries += [(name, LINK, to, (0, 0)) for name, to in (("bin/sh", b"busybox"), ("var/run", b"/run"))]
    files = [("bin/busybox", rig / "bin/busybox"), ("net/ip", rig / "bin/ip"), ("net/tc", rig / "bin/tc")]
    files += [
        (f"{folder}/{path.name}", path) for folder in ("lib", "modules") for path in sorted((rig / folder).iterdir())
    ]
    files += [("bin/stage", stage), ("intercom", program)]
    files += [("init", HERE / "guest/init"), ("scenarios.sh", HERE / "guest/scenarios.sh")]
    return archive(entries + [(name, FILE, path.read_bytes(), (0, 0)) for name, path in files])


def boot(rig, folder, shift):
    """Runs the machine to its end, which has to come in time; answers whether it did."""
    command = ["qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "cortex-a53", "-m", "256"]
    # Time passes by instructions executed, 2^shift ns each, and jumps while nothing is to be done: what happens in the
    # machine does not depend on what else this one does.
    command += ["-accel", "tcg,thread=single", "-icount", f"shift={shift},sleep=off"]
    command += ["-nodefaults", "-display", "none", "-no-reboot", "-serial", f"file:{folder}/console"]
    command += ["-kernel", rig / "Image", "-initrd", folder / "initramfs"]
    command += ["-append", "console=ttyAMA0 quiet panic=-1 rdinit=/init"]
    command += ["-device", "virtio-serial-device", "-chardev", f"file,id=timeline,path={folder}/timeline"]
    command += ["-device", "virtserialport,chardev=timeline,name=timeline"]
    command += ["-object", "rng-random,id=random,filename=/dev/urandom", "-device", "virtio-rng-device,rng=random"]
    machine = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL)
    try:
        status = machine.wait(LIMIT_SECONDS)
    except subprocess.TimeoutExpired:
        print(f"the machine did not switch itself off in {LIMIT_SECONDS} s", file=sys.stderr)
        return False
    finally:
        machine.kill()
        machine.wait()
    return status == 0


def main():
    arguments = argparse.ArgumentParser(description="Boots the test machine and judges what happens in it.")
    arguments.add_argument("rig", type=pathlib.Path)
    arguments.add_argument("stage", type=pathlib.Path)
    arguments.add_argument("program", type=pathlib.Path)
    arguments.add_argument("folder", type=pathlib.Path, help="where the timeline and the console are kept")
    arguments.add_argument("--shift", type=int, default=1, help="an instruction takes 2^SHIFT ns (1)")
    arguments.add_argument("--judge-only", action="store_true", help="judge the timeline that is there")
    options = arguments.parse_args()
    over = True
    if not options.judge_only:
        options.folder.mkdir(parents=True, exist_ok=True)
        (options.folder / "timeline").unlink(missing_ok=True)
        (options.folder / "initramfs").write_bytes(initramfs(options.rig, options.stage, options.program))
        started = time.monotonic()
        over = boot(options.rig, options.folder, options.shift)
        wall = time.monotonic() - started
    run = timeline.Timeline((options.folder / "timeline").read_text(errors="replace"))
    verdicts = judge.judge(run)
    for verdict in verdicts:
        print(verdict)
    failed = sum(not verdict.passed for verdict in verdicts) + (not over)
    if not options.judge_only:
        virtual = run.marks[-1][0] if run.marks else 0
        print(
            f"VM: {len(verdicts) - failed} of {len(verdicts)} as wanted; "
            f"{virtual:.0f} s in the machine took {wall:.0f} s"
        )
    if failed:
        console = (options.folder / "console").read_text(errors="replace").splitlines()
        print(
            "The console's last lines:",
            *console[-10:],
            f"All of it, and the timeline, are in {options.folder}.",
            sep="\n",
        )
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
