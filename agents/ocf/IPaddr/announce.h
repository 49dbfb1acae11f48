// Telling the network where an address lives now, and asking whether somebody else has it.
#pragma once

#include <string>

#include "agents/ocf/IPaddr/address.h"

namespace ipaddr {

// One gratuitous ARP (request and reply form) or one unsolicited neighbour advertisement.  Empty: sent.
std::string announce(const Wanted& wanted, const Link& link);
// In the background, by a process of its own: `count` more, `gap_ms` apart.
void announce_later(const Wanted& wanted, const Link& link, long count, long gap_ms);
// RFC 5227: asks by ARP probe and waits; the MAC that answered, or empty.  IPv4 only.
std::string who_has(const Wanted& wanted, const Link& link, long wait_ms);

}  // namespace ipaddr
