"""Runs the replay and compares what passes with the floors."""
import json
import subprocess
import sys
import tempfile

replay, bin_dir, floors_path = sys.argv[1:4]
raise_floors = "--raise" in sys.argv[4:]
floors = {}
for line in open(floors_path):
    words = line.split("#")[0].split()
    if words:
        floors[words[0]] = int(words[1])

with tempfile.NamedTemporaryFile(suffix=".json") as out:
    subprocess.run([sys.executable, replay, "--bin", bin_dir, "--json", out.name, "--tool", *floors],
                   check=True, stdout=subprocess.DEVNULL)
    rows = json.load(open(out.name))

passed = {tool: sum(r["pass"] for r in rows if r["tool"] == tool) for tool in floors}
total = {tool: sum(1 for r in rows if r["tool"] == tool) for tool in floors}
low = False
for tool, floor in floors.items():
    mark = "" if passed[tool] >= floor else "  BELOW THE FLOOR of %d" % floor
    low = low or passed[tool] < floor
    print("%-20s %3d of %3d%s" % (tool, passed[tool], total[tool], mark))
if raise_floors:
    header = [line for line in open(floors_path) if line.startswith("#")]
    with open(floors_path, "w") as f:
        f.writelines(header)
        for tool, floor in floors.items():
            f.write("%-20s %d\n" % (tool, max(floor, passed[tool])))
sys.exit(1 if low else 0)
