"""The peer in the same lab: Debian's Pacemaker with crmsh, for measurements side by side."""
import os
import shutil
import time
import xml.etree.ElementTree as xml

from .host import LabError
from .muster import CONFIGURATION, Cluster

BOOT = """mkdir -p /run/crm /run/nginx && chown hacluster:haclient /run/crm && chmod 750 /run/crm
exec pacemakerd
"""


class Pacemaker(Cluster):
    def up(self, count, token):
        for program in ("/usr/sbin/pacemakerd", "/usr/sbin/crm"):
            if not os.access(program, os.X_OK):
                raise LabError(f"{program} is not there: apt-get install --no-install-recommends pacemaker crmsh")
        self.lab.up(count, token, daemons=BOOT, build="", prepare=self.prepare)

    def prepare(self, name):
        disk = self.lab.node(name).disk
        # What an earlier cluster on this machine left is not this one's.
        for folder in ("cib", "pengine", "blackbox", "cores"):
            path = f"{disk}/var/lib/pacemaker/{folder}"
            os.makedirs(path)
            shutil.chown(path, "hacluster", "haclient")
            os.setxattr(path, "trusted.overlay.opaque", b"y")

    def crm(self, *words, node=None, stdin=None, check=True):
        return self.run(node or self.a_living_node(), "/usr/sbin/crm", "--force", *words, stdin=stdin, check=check)

    def configure(self, text=CONFIGURATION, node=None):
        return super().configure(text, node)

    def settle(self, count, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.is_settled(count):
                return
            time.sleep(0.2)
        raise LabError(f"Pacemaker was not settled within {seconds} s")

    def is_settled(self, count):
        done = self.run(self.a_living_node(), "crm_mon", "-1", "--output-as=xml", check=False)
        if done.returncode != 0:
            return False
        report = xml.fromstring(done.stdout)
        online = [n for n in report.iter("node") if n.get("online") == "true" and n.get("pending") == "false"]
        dc = report.find(".//current_dc")
        if len(online) < count or dc is None or not dc.get("name"):
            return False
        state = self.run(self.a_living_node(), "crmadmin", "-q", "-S", dc.get("name"), check=False)
        return "S_IDLE" in state.stdout + state.stderr
