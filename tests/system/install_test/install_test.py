#!/usr/bin/python3 -ES
"""install_test BUILD PREFIX - `cmake --install` lays out everything that a node needs, and the unit protects resources."""
import os
import subprocess
import sys
import tempfile

WANTED = """
libexec/muster/musterd libexec/muster/lrmd libexec/muster/fenced libexec/muster/fence/fence_muster_lab
bin/crm lib/ocf/resource.d/muster/IPaddr lib/ocf/resource.d/muster/nginx
lib/systemd/system/muster.service lib/tmpfiles.d/muster.conf lib/sysusers.d/muster.conf
share/muster/muster-cib.rng share/doc/muster/corosync.conf.example share/doc/muster/LICENSE
""".split()
UNIT = ["KillMode=process", "SendSIGKILL=no", "Delegate=yes", "TasksMax=infinity", "OOMPolicy=continue", "Type=notify"]


def main(build, prefix):
    with tempfile.TemporaryDirectory(prefix="muster-install-") as root:
        done = subprocess.run(["cmake", "--install", build], env={**os.environ, "DESTDIR": root}, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        top = root + prefix
        missing = [path for path in WANTED if not os.path.exists(f"{top}/{path}")]
        assert not missing, f"not installed: {missing}"
        for path in WANTED:
            program = path.startswith(("libexec", "bin", "lib/ocf"))
            assert not program or os.access(f"{top}/{path}", os.X_OK), f"{path} is no program"
        with open(f"{top}/lib/systemd/system/muster.service") as file:
            unit = file.read()
        assert all(line in unit.splitlines() for line in UNIT), unit
        command = next(line for line in unit.splitlines() if line.startswith("ExecStart=")).split("=")[1].split()[0]
        assert os.path.exists(root + command), f"the unit starts {command}, which is not installed"
        # An administrator's settings survive the next installation.
        settings = next(os.path.join(folder, "muster") for folder, _, names in os.walk(root)
                        if folder.endswith("/default") and "muster" in names)
        with open(settings, "a") as file:
            file.write("MUSTERD_OPTIONS=--mine\n")
        subprocess.run(["cmake", "--install", build], env={**os.environ, "DESTDIR": root}, capture_output=True, check=True)
        with open(settings) as file:
            assert "--mine" in file.read(), f"{settings} was overwritten"


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
