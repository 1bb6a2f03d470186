"""I1 to I4 of the design, looked at again and again from a second connection while others work.

What leases take up is reckoned from their rows by the rule of I8, not by the product's own SQL.
"""

import pathlib

from .process import Process

SQL = (pathlib.Path(__file__).parent / "occupancy.sql").read_text()


class Watch:
    """One row a look: how many scopes were above a ceiling, which, and how full the fullest was."""

    def __init__(self, cluster, folder, every=1.0):
        self.looks = self.violations = 0
        self.fullest = 0.0
        self.worst = []
        self.cpu_microseconds = 0
        script = folder / "occupancy.sql"
        script.write_text(f"{SQL.strip()}\n\\watch {every}\n")
        self._process = Process(
            [cluster.programs / "psql", "-XqAt", "-d", cluster.url, "-f", script],
            log=folder / "occupancy.log")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._process.stop()
        for line in self._process.log.read_text().splitlines():
            fields = line.split("|")
            if len(fields) != 4 or not fields[0].isdigit():
                continue
            self.looks += 1
            self.violations += int(fields[0])
            self.fullest = max(self.fullest, float(fields[2] or 0))
            if fields[1]:
                self.worst.append(fields[1])
