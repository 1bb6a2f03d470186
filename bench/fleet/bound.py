"""Whether more arrived than a scope allows: over windows of given lengths, and over every interval."""

import bisect

SECOND = 1_000_000_000


class Scope:
    """A budget or the site: R in requests per second, B in requests, the hosts that are under it."""

    def __init__(self, name, rps, burst, hosts):
        self.name, self.rps, self.burst, self.hosts = name, rps, burst, hosts

    def allowed(self, seconds):
        return self.rps * seconds + self.burst

    def arrivals(self, log):
        """Of (arrived, sent, host), when those under the scope arrived, in order."""
        return sorted(arrived for arrived, _, host in log if host in self.hosts)

    def departures(self, log):
        return sorted(sent for _, sent, host in log if host in self.hosts)


def most_within(instants, seconds):
    """The most in any window of so many seconds, both ends counted: one begins at each arrival."""
    return max((bisect.bisect_right(instants, at + seconds * SECOND) - index
                for index, at in enumerate(instants)), default=0)


def excess(instants, scope):
    """By how many requests the worst of all intervals is above R·T + B; 0 or less: none is.

    Over intervals that begin and end with a request: with N the number of a request, N(j) − R·t(j)
    may exceed the least N(i − 1) − R·t(i) before it by B.
    """
    worst, least = float("-inf"), float("inf")
    for number, at in enumerate(instants):
        level = number - scope.rps * (at - instants[0]) / SECOND
        least = min(least, level)
        worst = max(worst, level + 1 - least - scope.burst)
    return worst if instants else 0.0
