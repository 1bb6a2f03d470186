"""Figures as Markdown: medians with their spread, and the conditions they were taken under."""

import datetime
import os
import pathlib
import platform
import re
import statistics

from .countersign import ROOT, commit
from .process import BenchError

_LOAD_BEFORE = os.getloadavg()[0]
DOCUMENT = ROOT / "docs/performance.md"


class Figures:
    """Samples by row and column, in the order of their first appearance."""

    def __init__(self):
        self._rows = {}

    def add(self, row, **values):
        """Adds one repetition's figures to a row."""
        for column, value in values.items():
            self._rows.setdefault(row, {}).setdefault(column, []).append(value)

    def note(self, row, text):
        """A row without figures, such as a peer that is not installed."""
        self._rows.setdefault(row, {})["note"] = text

    def median(self, row, column):
        samples = self._rows.get(row, {}).get(column)
        return statistics.median(samples) if samples else None

    def table(self, first, columns):
        """A Markdown table; `columns` has (key, heading, decimals)."""
        lines = [f"| {first} | " + " | ".join(heading for _, heading, _ in columns) + " |",
                 "|---" * (len(columns) + 1) + "|"]
        for row, samples in self._rows.items():
            if "note" in samples:
                cells = [samples["note"]] + [""] * (len(columns) - 1)
            else:
                cells = [_cell(samples.get(key), decimals) for key, _, decimals in columns]
            lines.append(f"| {row} | " + " | ".join(cells) + " |")
        return "\n".join(lines)


def _cell(samples, decimals):
    """Median, and in brackets the least and the greatest; words as they are."""
    if not samples:
        return "–"
    if isinstance(samples[0], str):
        return "; ".join(samples)
    def text(value):
        return f"{value:,.{decimals}f}"
    if len(samples) == 1:
        return text(samples[0])
    return f"{text(statistics.median(samples))} ({text(min(samples))}–{text(max(samples))})"


def conditions(seconds, repetitions, versions, *more):
    """The lines that every table needs to mean anything; `seconds` is None when each repetition
    lasts as long as its work, `repetitions` when there is one and no more."""
    lines = [
        f"{_processor()}, {os.cpu_count()} cores; {platform.system()} {platform.release()}; "
        f"load average before the run {_LOAD_BEFORE:.1f}",
        f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d}, commit {commit()}",
        "; ".join(versions),
        *([f"{repetitions} repetitions{f' of {seconds} s' if seconds else ''}, taken in turn; "
           "median (least–greatest)"] if repetitions else []),
        *more,
    ]
    return "\n".join(f"- {line}" for line in lines)


def _processor():
    text = pathlib.Path("/proc/cpuinfo").read_text()
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def publish(name, text, write):
    """Prints a section; with `write` also puts it in place of the last one in the document,
    between the marks `<!-- bench/NAME -->` and `<!-- end -->`."""
    print("\n" + text + "\n", flush=True)
    if not write:
        return
    document = DOCUMENT.read_text()
    pattern = re.compile(rf"(<!-- bench/{name} -->\n).*?(<!-- end -->)", re.DOTALL)
    if not pattern.search(document):
        raise BenchError(f"{DOCUMENT} has no mark <!-- bench/{name} -->")
    DOCUMENT.write_text(pattern.sub(lambda found: f"{found[1]}{text}\n{found[2]}", document))
    print(f"written to {DOCUMENT}")
