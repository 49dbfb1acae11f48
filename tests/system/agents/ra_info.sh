#!/bin/bash
# Proves: `crm ra info` reads the meta-data of every OCF agent that is installed, and says what is wrong with one whose
# meta-data is broken XML, empty, or late.                                     usage: ra_info.sh BIN_FOLDER
set -u
crm=$1/crm failed=0 read=0
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
exit $failed
