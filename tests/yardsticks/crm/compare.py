"""Runs the scorer and compares what passes with the floors."""
import json
import subprocess
import sys
import tempfile

scorer, crm, floors_path = sys.argv[1:4]
raise_floors = "--raise" in sys.argv[4:]
floors = {}
for line in open(floors_path):
    words = line.split("#")[0].split()
    if words:
        floors[words[0]] = int(words[1])


def rows(kind):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, scorer, kind, "--crm", crm, "--json", out.name],
                       stdout=subprocess.DEVNULL, check=False)
        return json.load(open(out.name))


good, bad = rows("score"), rows("bad")
passed = {tier: sum(bool(r[tier]) for r in good) for tier in ("C1", "C2", "C3", "RT")}
passed["bad"] = sum(r["fails"] and r["untouched"] and r["names it"] for r in bad)
low = False
for tier, floor in floors.items():
    mark = "" if passed[tier] >= floor else "  BELOW THE FLOOR of %d" % floor
    low = low or passed[tier] < floor
    print("%-4s %3d of %3d%s" % (tier, passed[tier], len(bad) if tier == "bad" else len(good), mark))
if raise_floors:
    header = [line for line in open(floors_path) if line.startswith("#")]
    with open(floors_path, "w") as f:
        f.writelines(header)
        for tier, floor in floors.items():
            f.write("%-4s %d\n" % (tier, max(floor, passed[tier])))
sys.exit(1 if low else 0)
