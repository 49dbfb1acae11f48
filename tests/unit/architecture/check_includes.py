#!/usr/bin/python3 -ES
"""check_includes.py SOURCE [--fix] - reads every #include of the source tree against ARCHITECTURE.md.

Proves: a folder includes only what its line "may use" names; a system header that a folder "holds" is included nowhere
else; every folder with C++ code stands in the map; the lines "may be used by" say the reverse of the lines "may use"
(--fix writes them).  Before it reads the tree it checks itself on a small one with known mistakes."""
import os
import re
import sys

HEADER = re.compile(r"^((?:[a-z-]+/)+)  \S")
INCLUDE = re.compile(r'^\s*#\s*include\s+(["<])([^">]+)[">]')
SKIP = ("build", ".git", "tests", "cmake")


def read_map(text):
    """folder -> (set of folders that it may use, list of system header prefixes that it holds)"""
    folders, current = {}, None
    for number, line in enumerate(text.splitlines(), 1):
        if match := HEADER.match(line):
            current = match[1].rstrip("/")
            folders[current] = (set(), [])
        elif current and line.startswith("  may use: "):
            names = line.removeprefix("  may use: ")
            if names != "nothing":
                folders[current][0].update(name.strip() for name in names.split(","))
        elif current and line.startswith("  holds: "):
            folders[current][1].extend(word.lstrip("<").rstrip(">") for word in line.removeprefix("  holds: ").split())
        elif not line.strip():
            current = None
    for folder, (uses, _) in folders.items():
        for name in uses - folders.keys():
            raise SystemExit(f"ARCHITECTURE.md: {folder}/ may use {name}, which is not a folder of the map")
    return folders


def owner(path, folders):
    """The folder of the map that a file belongs to: the longest that contains it."""
    folder = os.path.dirname(path)
    while folder and folder not in folders:
        folder = os.path.dirname(folder)
    return folder or None


def problems(files, folders):
    """files: (path, text) pairs."""
    for path, text in files:
        home = owner(path, folders)
        if home is None:
            yield f"{path}: its folder does not stand in ARCHITECTURE.md"
            continue
        uses = folders[home][0]
        for number, line in enumerate(text.splitlines(), 1):
            match = INCLUDE.match(line)
            if not match:
                continue
            where, name = f"{path}:{number}", match[2]
            if match[1] == '"':
                other = owner(name, folders)
                if other is None:
                    yield f'{where}: "{name}": expected a path from the top of the tree, in a folder of ARCHITECTURE.md'
                elif other != home and other not in uses:
                    yield f'{where}: "{name}": {home}/ may not use {other}/'
            for folder, (_, held) in folders.items():
                if match[1] == "<" and folder != home and any(name.startswith(prefix) for prefix in held):
                    yield f"{where}: <{name}>: only {folder}/ includes that"


def tree(root):
    for folder, subfolders, names in os.walk(root):
        subfolders[:] = sorted(s for s in subfolders if folder != root or s not in SKIP)
        for name in sorted(names):
            if name.endswith((".h", ".cpp")):
                path = os.path.join(folder, name)
                with open(path, encoding="utf-8") as file:
                    yield os.path.relpath(path, root), file.read()


def with_users(text, folders):
    """The map with its lines "may be used by" as they follow from "may use"."""
    lines, current = [], None
    for line in text.splitlines():
        if line.startswith("  may be used by: "):
            continue
        if match := HEADER.match(line):
            current = match[1].rstrip("/")
        lines.append(line)
        if current and line.startswith("  may use: "):
            users = [folder for folder, (uses, _) in folders.items() if current in uses]
            lines.append(f"  may be used by: {', '.join(users) or 'nothing'}")
            current = None
    return "\n".join(lines) + "\n"


def check_self():
    folders = read_map("a/  x\n  may use: nothing\n  holds: <k/\n\nb/  y\n  may use: a\n")
    found = list(problems([("a/1.h", '#include "b/1.h"\n'), ("b/1.h", '#include "a/1.h"\n#include <k/l.h>\n'),
                           ("c/1.h", ""), ("b/2.cpp", '#include "z.h"\n')], folders))
    assert len(found) == 4, found


def main(root, fix):
    check_self()
    page = f"{root}/ARCHITECTURE.md"
    with open(page, encoding="utf-8") as file:
        text = file.read()
    folders = read_map(text)
    for folder in sorted(folders):
        if not os.path.isdir(f"{root}/{folder}"):
            print(f"note: {folder}/ stands in ARCHITECTURE.md and does not exist")
    found = list(problems(tree(root), folders))
    if (wanted := with_users(text, folders)) != text:
        if fix:
            with open(page, "w", encoding="utf-8") as file:
                file.write(wanted)
        else:
            found.append("ARCHITECTURE.md: lines \"may be used by\" do not follow from \"may use\": run this with --fix")
    for problem in found:
        print(problem)
    print(f"{len(folders)} folders, {len(found)} problems")
    return 1 if found else 0


sys.exit(main(sys.argv[1], "--fix" in sys.argv))
