#!/usr/bin/env python3
"""Run the scheduler suite and hold each tier against its floor, and against their ceilings the cases without a graph
and the orderings that the planner had to give up by force (loops: contradictions of its own making or of the case's).

usage: compare.py CASES BIN-DIR FLOORS [--raise]
"""
import json
import os
import subprocess
import sys
import tempfile

TIERS = ("t0i", "t0", "t1", "t2", "t3")
GIVEN_UP = "orderings contradict each other; given up: "
INVALID = "invalid graph: "


def program(bin_dir):
    """crm itself, or the same function as a program of its own."""
    for name in ("crm", "crm_simulate_muster"):
        path = os.path.join(bin_dir, name)
        if os.access(path, os.X_OK):
            return path
    sys.exit("neither crm nor crm_simulate_muster is in %s: build one of them" % bin_dir)


def run(cases, bin_dir, folder):
    """The number of cases that pass each tier, and of those that crashed or took too long."""
    results = os.path.join(folder, "results.jsonl")
    command = program(bin_dir) + (" simulate --in {xml} --graph {out} --placement {placement} {args}")
    subprocess.run([sys.executable, "-B", os.path.join(cases, "run_suite.py"), "--cases", cases,
                    "--args-map", os.path.join(cases, "args-map.example.json"), "--command", command,
                    "--out", os.path.join(folder, "out"), "--results", results],
                   check=False, stdout=subprocess.DEVNULL, cwd=folder)
    count = dict.fromkeys(TIERS, 0)
    total, errors = 0, []
    with open(results, encoding="utf-8") as f:
        for line in f:
            case = json.loads(line)
            total += 1
            if case.get("error"):
                errors.append((case.get("case") or case.get("name"), case["error"]))
            for tier in TIERS:
                count[tier] += bool(case.get(tier))
    return total, count, errors


def said(folder, words):
    """(case, line) for each line of what the cases said that has these words."""
    logs, out = os.path.join(folder, "out", "log"), []
    for name in sorted(os.listdir(logs)):
        with open(os.path.join(logs, name), encoding="utf-8", errors="replace") as f:
            out += [(name.removesuffix(".log"), line.strip()) for line in f if words in line]
    return out


def main():
    """Entry point."""
    cases, bin_dir, floors_path = sys.argv[1:4]
    floors = {}
    with open(floors_path, encoding="utf-8") as f:
        for line in f:
            words = line.split("#")[0].split()
            if len(words) == 2:
                floors[words[0]] = int(words[1])
    with tempfile.TemporaryDirectory() as folder:
        total, count, errors = run(cases, bin_dir, folder)
        loops = said(folder, GIVEN_UP)
        errors += said(folder, INVALID)
    failed = False
    for tier in TIERS:
        floor = floors.get(tier, 0)
        word = "ok" if count[tier] >= floor else "LOWER THAN THE FLOOR"
        failed = failed or count[tier] < floor
        print("%-4s %4d of %d (%.1f%%), floor %d: %s" % (tier, count[tier], total, 100.0 * count[tier] / total, floor, word))
    for name, error in errors:
        print("error: %s: %s" % (name, error))
    allowed = floors.get("errors", 0)
    if len(errors) > allowed:
        print("%d cases gave no graph, at most %d may" % (len(errors), allowed))
        failed = True
    if len(loops) > floors.get("loops", 0):
        print("%d orderings were given up by force, at most %d may be" % (len(loops), floors.get("loops", 0)))
        failed = True
    for name, line in loops:
        print("loop: %s: %s" % (name, line.partition(GIVEN_UP)[2]))
    if "--raise" in sys.argv[4:] and not failed:
        with open(floors_path, "w", encoding="utf-8") as f:
            f.write("# tier  least number of cases that pass (they only rise: run --raise); errors: most cases without a graph\n"
                    "# or with an invalid one; loops: most orderings given up by force (they only fall)\n")
            for tier in TIERS:
                f.write("%-8s %d\n" % (tier, max(floors.get(tier, 0), count[tier])))
            f.write("errors   %d\n" % min(allowed, len(errors)))
            f.write("loops    %d\n" % min(floors.get("loops", 0), len(loops)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
