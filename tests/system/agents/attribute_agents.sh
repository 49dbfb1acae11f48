#!/bin/bash
# Proves: ocf:muster:check counts fall and rise and publishes the score, ocf:muster:ping counts hosts and interfaces,
# ocf:muster:notify calls a keepalived script with its words, the mail alert sends one mail.  attrd_updater and crm_master
# are recorders here; that ours answer under these names is tested with the daemon.      usage: attribute_agents.sh FOLDER
set -u
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
    [ "$(id -u)" = 0 ] || { echo "attribute_agents: needs root"; exit 1; }
    exec unshare --net --mount --pid --fork --mount-proc "$here/attribute_agents.sh" inside "$(readlink -f "$1")"
fi
agents=$2
alerts=$here/../../../agents/alerts
failed=0
work=$(mktemp -d) && mount -t tmpfs tmpfs "$work"
trap 'umount "$work"; rmdir "$work"' EXIT
check() { if ! eval "$1"; then echo "FAILED: $1"; failed=1; fi; }
mkdir "$work/bin"
for tool in attrd_updater crm_master; do
    printf '#!/bin/sh\necho "%s $*" >>%s/said\n' $tool "$work" >"$work/bin/$tool" && chmod +x "$work/bin/$tool"
done
export PATH=$work/bin:$PATH HA_RSCTMP=$work OCF_RESOURCE_INSTANCE=chk
said() { tail -n 1 "$work/said"; }
mount -t sysfs sysfs /sys   # else it shows the interfaces of another namespace
ip link set lo up

# check: fall 3, rise 2, weight -20
export OCF_RESKEY_command="test -e $work/good" OCF_RESKEY_fall=3 OCF_RESKEY_rise=2 OCF_RESKEY_weight=-20
touch "$work/good"
"$agents/check" monitor; check "[ $? = 7 ]"
"$agents/check" start; check "[ $? = 0 ]"
check '[ "$(said)" = "attrd_updater -n check-chk -U 0" ]'
rm "$work/good"; : >"$work/said"
"$agents/check" monitor 2>/dev/null; "$agents/check" monitor 2>/dev/null; check '[ ! -s "$work/said" ]'
touch "$work/good"; "$agents/check" monitor; rm "$work/good"        # a success in between: counted anew
"$agents/check" monitor; "$agents/check" monitor; check '[ ! -s "$work/said" ]'
"$agents/check" monitor 2>/dev/null; check "[ $? = 0 ]"
check '[ "$(said)" = "attrd_updater -n check-chk -U -20" ]'
touch "$work/good"; "$agents/check" monitor; check '[ "$(said)" = "attrd_updater -n check-chk -U -20" ]'
"$agents/check" monitor 2>/dev/null; check '[ "$(said)" = "attrd_updater -n check-chk -U 0" ]'
"$agents/check" stop; check '[ "$(said)" = "attrd_updater -n check-chk -D" ]'
OCF_RESKEY_fall=0 "$agents/check" start 2>/dev/null; check "[ $? = 6 ]"

# ping
ip link add va0 type veth peer name vb0; ip link set va0 up
export OCF_RESKEY_hosts="127.0.0.1 127.0.0.2 10.99.99.99" OCF_RESKEY_interfaces="va0" OCF_RESKEY_multiplier=10 OCF_RESKEY_attempts=1
"$agents/ping" start; check "[ $? = 0 ]"
check '[ "$(said)" = "attrd_updater -n pingd -U 20 -d 0" ]'
ip link set vb0 up; sleep 0.2; "$agents/ping" monitor; check '[ "$(said)" = "attrd_updater -n pingd -U 30 -d 0" ]'
"$agents/ping" stop; check "[ $? = 0 ]"
"$agents/ping" monitor; check "[ $? = 7 ]"

# notify
printf '#!/bin/sh\necho "$1" >>%s/states; exit 1\n' "$work" >"$work/notify.sh" && chmod +x "$work/notify.sh"
export OCF_RESKEY_script=$work/notify.sh
"$agents/notify" start 2>/dev/null; "$agents/notify" start; "$agents/notify" monitor; check "[ $? = 0 ]"
"$agents/notify" promote 2>/dev/null; "$agents/notify" promote; "$agents/notify" monitor; check "[ $? = 8 ]"
"$agents/notify" demote 2>/dev/null; "$agents/notify" stop 2>/dev/null; "$agents/notify" monitor; check "[ $? = 7 ]"
check '[ "$(tr "\n" " " <"$work/states")" = "backup master backup fault " ]'
OCF_RESKEY_script=/nonexistent "$agents/notify" start 2>/dev/null; check "[ $? = 5 ]"

# mail
python3 - "$work/mail" <<'PY' &
import socket, sys
server = socket.create_server(("127.0.0.1", 2525))
c, _ = server.accept()
f = c.makefile("rwb", 0)
f.write(b"220 sink\r\n")
data = False
with open(sys.argv[1], "wb") as out:
    for line in f:
        if data:
            out.write(line)
            if line == b".\r\n":
                data = False
                f.write(b"250 taken\r\n")
            continue
        word = line[:4].upper()
        if word == b"DATA":
            data = True
            f.write(b"354 go on\r\n")
        elif word == b"QUIT":
            f.write(b"221 bye\r\n")
            break
        else:
            f.write(b"250 ok\r\n")
PY
sink=$!
for i in $(seq 50); do grep -q :09DD /proc/net/tcp && break; sleep 0.1; done
export smtp_server=127.0.0.1:2525 CRM_alert_recipient=root@localhost CRM_alert_kind=resource CRM_alert_rsc=vip1 CRM_alert_node=node2
CRM_alert_task=start CRM_alert_rc=0 CRM_alert_target_rc=0 "$alerts/mail"; check "[ $? = 0 ]"
wait $sink
check 'grep -q "^Subject: vip1: start on node2: ok" "$work/mail"'
CRM_alert_task=monitor CRM_alert_rc=0 CRM_alert_target_rc=0 "$alerts/mail"; check "[ $? = 0 ]"   # no news, no mail
CRM_alert_task=stop CRM_alert_rc=1 CRM_alert_target_rc=0 "$alerts/mail" 2>/dev/null; check "[ $? = 1 ]"  # nobody takes it

for agent in check ping notify ipvs; do
    check '"$agents/$agent" meta-data | python3 -c "import sys,xml.dom.minidom as m; m.parse(sys.stdin)"'
done
[ $failed = 0 ] && echo "attribute agents: all well"
exit $failed
