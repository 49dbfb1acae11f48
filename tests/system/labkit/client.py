"""What the client saw: the prober's answers as outages and as holders of the address."""
import bisect
import subprocess
import time


class Client:
    """Runs the prober in the client's network, its answers in a file."""

    def __init__(self, lab, address, log, prober):
        self.log, self.seen = log, Answers()
        with open(log, "w") as out:
            self.process = subprocess.Popen(lab.command_line("client", [prober, address]), stdout=out)

    def stop(self):
        self.process.kill()
        self.process.wait()

    def answers(self):
        """All so far.  Only what is new is read: who waits must not take the processor from what he waits for."""
        self.seen.read_on(self.log)
        return self.seen

    def wait_for(self, condition, seconds):
        """Until the condition on the answers so far is true; its value, or None."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if value := condition(self.answers()):
                return value
            time.sleep(0.05)
        return None


class Answers:
    def __init__(self, pages=(), arps=()):
        self.pages = [*pages]   # (asked, answered, body), in order of answering
        self.arps = [*arps]     # (answered, mac)
        self.position = 0       # in the file, behind the last whole line

    def read_on(self, path):
        with open(path) as file:
            file.seek(self.position)
            lines = file.read().splitlines(keepends=True)
        for line in lines:
            if not line.endswith("\n"):
                break       # half a line: still being written
            self.position += len(line)
            words = line.split()
            if words[0] == "page":
                self.pages.append((float(words[1]), float(words[2]), words[3]))
            else:
                self.arps.append((float(words[1]), words[2]))

    def first_page(self, after, body=None, not_body=None):
        """The first page asked for after a moment; (asked, answered, body) or None."""
        begin = bisect.bisect_left(self.pages, after, key=lambda p: p[1])   # answered before it: asked before it
        return next((p for p in self.pages[begin:] if p[0] >= after and body in (None, p[2]) and p[2] != not_body), None)

    def first_arp(self, after, not_mac=None):
        return next((a for a in self.arps if a[0] >= after and a[1] != not_mac), None)

    def holder(self, before):
        """MAC that answered last before a moment."""
        return next((mac for moment, mac in reversed(self.arps) if moment < before), None)

    def outage(self, begin, end):
        """Longest time in seconds between two answered pages that touches [begin, end]."""
        worst, last = 0.0, None
        for _, answered, _ in sorted(self.pages, key=lambda p: p[1]):
            if last is not None and answered >= begin and last <= end:
                worst = max(worst, answered - last)
            last = answered
        if last is not None and last < end:
            worst = max(worst, end - last)
        return worst

    def two_holders(self, window=0.2):
        """Moments at which two nodes held the address.  Each question reaches all: two holders answer in turns, A B A,
        within a window.  An address that moves answers A A A B B B."""
        found = []
        recent = []
        for moment, mac in self.arps:
            recent = [(m, who) for m, who in recent if moment - m <= window]
            others = [i for i, (_, who) in enumerate(recent) if who != mac]
            if others and any(who == mac for _, who in recent[:others[-1]]):
                found.append((moment, mac, recent[others[-1]][1]))
            recent.append((moment, mac))
        return found
