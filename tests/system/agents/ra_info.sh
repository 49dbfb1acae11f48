#!/bin/bash
# Proves: `crm ra info` reads the meta-data of every OCF agent that is installed, and says what is wrong with one whose
# meta-data is broken XML or empty; the agent kit (crm ra new, test, validate) as it is typed.                                     usage: ra_info.sh BIN_FOLDER
set -u
crm=$(readlink -f "$1")/crm failed=0 read=0
for agent in /usr/lib/ocf/resource.d/*/*; do
    [ -f "$agent" ] && [ -x "$agent" ] || continue
    name=ocf:$(basename "$(dirname "$agent")"):${agent##*/}
    # It begins with "SHORT DESCRIPTION (NAME)"; some are longer than a line.
    if said=$("$crm" ra info "$name" 2>&1) && head -n 5 <<<"$said" | grep -q "($name)"; then read=$((read + 1)); continue; fi
    echo "FAILED: crm ra info $name: ${said%%$'\n'*}"
    failed=1
done
echo "$read agents read"
[ $read -gt 0 ] || { echo "ra_info: no agents are installed"; exit 77; }

work=$(mktemp -d)
trap 'rm -r "$work"' EXIT
mkdir -p "$work/resource.d/bad"
broken() {  # SCRIPT WORDS-OF-THE-MESSAGE
    printf '#!/bin/sh\n%s\n' "$1" >"$work/resource.d/bad/Bad" && chmod +x "$work/resource.d/bad/Bad"
    said=$(OCF_ROOT=$work "$crm" ra info ocf:bad:Bad 2>&1) && { echo "FAILED: read: $1"; failed=1; }
    echo "$said"
    grep -q "ocf:bad:Bad" <<<"$said" && grep -q "$2" <<<"$said" || { echo "FAILED: expected the agent's name and \"$2\""; failed=1; }
}
broken "echo '<resource-agent name=\"Bad\"><parameters></resource-agent>'" 'line 1'
broken 'exit 0' 'no meta-data'
broken 'echo its library is missing >&2; exit 1' 'its library is missing'

# The agent kit as it is typed: new, test in a sandbox, and a table that ends with a verdict.
cd "$work"
kit() {  # STATUS WORDS COMMAND...
    local want=$1 words=$2 got
    shift 2
    said=$("$crm" ra "$@" 2>&1)
    got=$?
    [ $got = "$want" ] && grep -q -- "$words" <<<"$said" || { echo "FAILED: crm ra $*: exit $got, expected $want ... $words: $said"; failed=1; }
}
kit 0 'MyShell is written' new MyShell
kit 1 'exists already' new MyShell
kit 0 'MyCpp.cpp is written' new MyCpp cpp
if [ "$(id -u)" = 0 ]; then
    kit 0 ' checks, 0 failed' test ./MyShell
    sed -i 's/^    rm -f "$OCF_RESKEY_state"/    :/' MyShell
    kit 1 'monitor after stop' test ./MyShell
    printf '#!/bin/sh\n### BEGIN INIT INFO\n# Provides: x\n### END INIT INFO\nexit 0\n' >init && chmod +x init
    kit 1 'status gave 0 (running), expected 3 (not running)' test ./init
    [ -z "$(ls /run/resource-agents/MyShell* 2>/dev/null)" ] || { echo "FAILED: the sandbox leaves a file outside"; failed=1; }
fi
kit 1 'has no parameter "nothing"' validate ocf:heartbeat:Dummy nothing=1
exit $failed
