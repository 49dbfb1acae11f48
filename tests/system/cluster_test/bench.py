"""What the tests of the whole cluster share: a lab for one test, with its logs kept when it fails."""
import argparse
import os
import sys
import tempfile
import time
from contextlib import contextmanager

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.realpath(__file__)), ".."))

from labkit.client import Client  # noqa: E402
from labkit.lab import SOURCE, Lab  # noqa: E402
from labkit.muster import VIP, Cluster  # noqa: E402

__all__ = ["Client", "Cluster", "SOURCE", "VIP", "cluster_of", "options", "step", "until", "watch"]


def options(more=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", help="folder of a preset with the programs to test")
    if more:
        more(parser)
    return parser.parse_args()


def step(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", flush=True)


@contextmanager
def cluster_of(count, build, token=1000):
    lab = Lab(tempfile.mkdtemp(prefix="muster-test-"))
    try:
        lab.up(count, token, build=build)
        cluster = Cluster(lab)
        cluster.settle(count, 60)
        yield cluster
    except BaseException:
        kept = f"/tmp/muster-failed-{os.path.basename(sys.argv[0]).removesuffix('.py')}"
        lab.keep_logs(kept)
        print(f"logs are in {kept}", flush=True)
        raise
    finally:
        lab.down()


def until(what, condition, seconds=60):
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)
    return value


@contextmanager
def watch(cluster):
    """A client of the service for as long as the block lasts."""
    client = Client(cluster.lab, VIP, f"{cluster.lab.folder}/log/client", f"{SOURCE}/tests/system/probe")
    try:
        yield client
    finally:
        client.stop()
