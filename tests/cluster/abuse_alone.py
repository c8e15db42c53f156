# SPDX-License-Identifier: BSD-2-Clause
# Copyright (c) 2026 The pixelfleet authors
"""Each bomb, put to a renderer by itself: what it answers, and what processor
time and memory that took.

What is refused for the pixels or frames that its header claims costs no more
than to start a renderer and look at the file: nothing was decoded.  All others
end by themselves, or are still at it when a cache would have killed them, and
stay within the memory that a renderer may have.
"""

import multiprocessing
import os
import subprocess
import tempfile
import time
import unittest

import abuse_bombs
from cluster import BUILD
from fleet import png

RENDERER = os.path.join(BUILD, "src", "renderer", "pixelfleet-renderer")
COMMAND = [RENDERER, "--render", "width=40&format=png", "--open", "svg,pdf",
           "--max-pixels", str(abuse_bombs.LIMIT),
           "--max-frames", str(abuse_bombs.FRAMES)]
DEADLINE = 4		# s of processor time
MEMORY = 2 << 20	# kB; of 8 megapixels nothing takes more
HEADER = 2		# s of processor time, for a look at twenty thousand frames
HEADER_MEMORY = 24 << 10	# kB, the file included


class Run:
    """One render by hand: status, words, processor time, peak memory."""

    def __init__(self, path):
        with open(path, "rb") as source, \
                tempfile.TemporaryFile() as words:
            child = subprocess.Popen(COMMAND, stdin=source, stderr=words,
                                     stdout=subprocess.DEVNULL,
                                     start_new_session=True)
            self.late = not self.ends(child)
            if self.late:
                os.killpg(child.pid, 9)
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = status
            words.seek(0)
            self.words = words.read().decode()
        self.cpu = usage.ru_utime + usage.ru_stime
        self.memory = usage.ru_maxrss
        said = self.words.partition(": ")[2][:3]
        self.status = 200 if status == 0 else \
            int(said) if said.isdigit() else None

    @staticmethod
    def ends(child):
        """Before it has used up its time, which a busy machine stretches."""
        while os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG |
                        os.WNOWAIT) is None:
            if processor_time(child.pid) > DEADLINE:
                return False
            time.sleep(0.02)
        return True


def processor_time(pid):
    """s, of a process and its children."""
    total = 0
    try:
        with open(f"/proc/{pid}/stat", "rb") as f:
            fields = f.read().rpartition(b")")[2].split()
        total = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            total += sum(processor_time(int(p)) for p in f.read().split())
    except OSError:
        pass
    return total


def write_files(folder, pipe):
    bombs = list(abuse_bombs.all_of_them().values())
    plain = abuse_bombs.Bomb("plain", png(1, 1, 1), abuse_bombs.SHOWN)
    for bomb in [*bombs, plain]:
        with open(os.path.join(folder, bomb.name), "wb") as f:
            f.write(bomb.data)
        bomb.data = b""		# not by this pipe
    pipe.send(bombs)


def files_of_bombs(folder):
    """Written by another process: a renderer's peak is never less than that
    of who starts it, says the kernel."""
    here, there = multiprocessing.Pipe(False)
    writer = multiprocessing.Process(target=write_files, args=(folder, there))
    writer.start()
    bombs = here.recv()
    writer.join()
    return bombs


class Alone(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.bombs = files_of_bombs(cls.folder.name)
        cls.plain = cls.run_one("plain")

    @classmethod
    def run_one(cls, name):
        return Run(os.path.join(cls.folder.name, name))

    def check(self, bomb, run):
        what = f"{bomb}: {run.status}, {run.words}"
        self.assertLess(run.memory, MEMORY, what)
        if run.late:
            self.assertIsNone(bomb.status, what)
            return
        # A renderer may die of one; that is what it is for.
        died = run.status is None
        self.assertTrue(not died or bomb.status is None, what)
        if bomb.status:
            self.assertEqual(run.status, bomb.status, what)
        if bomb.expected == abuse_bombs.REFUSED:
            self.assertNotEqual(run.status, 200, what)
        if bomb.expected == abuse_bombs.SHOWN:
            self.assertEqual(run.status, 200, what)
        if run.status == 413:
            self.assertRegex(run.words, "limit|memory")
            self.assertLess(run.cpu, self.plain.cpu + HEADER, what)
            self.assertLess(run.memory, self.plain.memory + HEADER_MEMORY,
                            what)

    def test_all(self):
        self.assertEqual(self.plain.status, 200, self.plain.words)
        most = {"cpu": (0, ""), "memory": (0, "")}
        for bomb in self.bombs:
            run = self.run_one(bomb.name)
            with self.subTest(bomb=bomb.name):
                self.check(bomb, run)
            for name, (value, _) in most.items():
                if getattr(run, name) > value:
                    most[name] = (getattr(run, name), bomb.name)
        print(f"{len(self.bombs)} bombs; the most: {most['cpu'][0]:.1f} s of "
              f"processor time, {most['cpu'][1]}; {most['memory'][0] >> 10} "
              f"MB, {most['memory'][1]}")


if __name__ == "__main__":
    unittest.main()
