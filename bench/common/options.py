"""The command line that all benchmarks share."""

import argparse
import signal
import sys

from .process import BenchError


def parser(description, seconds=8, repetitions=5):
    """Without repetitions for what is played once."""
    parser = argparse.ArgumentParser(description=description)
    if repetitions:
        parser.add_argument("--seconds", type=int, default=seconds,
                            help="of each measurement (default %(default)s)")
        parser.add_argument("--repetitions", type=int, default=repetitions,
                            help="of the whole, one peer after another (default %(default)s)")
    parser.add_argument("--no-build", action="store_true",
                        help="measure the release binary as it is")
    parser.add_argument("--write", action="store_true",
                        help="also put the table into docs/performance.md")
    return parser


def main(body):
    """Runs a benchmark; what it cannot go on without ends it with one line and exit code 1."""
    # Ends what was started, as Ctrl-C does.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        body()
    except BenchError as error:
        sys.exit(f"{sys.argv[0]}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)
