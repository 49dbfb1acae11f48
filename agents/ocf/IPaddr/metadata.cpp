#include "agents/ocf/IPaddr/metadata.h"

namespace ipaddr {

const char* const kMetadata = R"(<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="IPaddr" version="1.0">
<version>1.1</version>
<longdesc lang="en">
Keeps a virtual IP address on one node: adds it over netlink, tells the neighbours at once (gratuitous ARP for IPv4,
unsolicited neighbour advertisement for IPv6), and takes it away again.  Starts in a few milliseconds.
</longdesc>
<shortdesc lang="en">Virtual IPv4 or IPv6 address</shortdesc>
<parameters>
<parameter name="ip" unique-group="address" required="1">
<longdesc lang="en">The address, without prefix: 10.0.0.50 or 2001:db8::50.</longdesc>
<shortdesc lang="en">IP address</shortdesc>
<content type="string"/>
</parameter>
<parameter name="nic">
<longdesc lang="en">Interface. Without it: the one whose network holds the address.</longdesc>
<shortdesc lang="en">Network interface</shortdesc>
<content type="string"/>
</parameter>
<parameter name="cidr_netmask">
<longdesc lang="en">Prefix length. Without it: that of the interface's network.</longdesc>
<shortdesc lang="en">Prefix length</shortdesc>
<content type="integer"/>
</parameter>
<parameter name="broadcast">
<longdesc lang="en">Broadcast address (IPv4). Without it none is set.</longdesc>
<shortdesc lang="en">Broadcast address</shortdesc>
<content type="string"/>
</parameter>
<parameter name="iflabel">
<longdesc lang="en">Label behind the interface's name, as old tools show it: web gives eth0:web (IPv4).</longdesc>
<shortdesc lang="en">Interface label</shortdesc>
<content type="string"/>
</parameter>
<parameter name="arp_count">
<longdesc lang="en">How often the neighbours are told; the first time at once, the others in the background.</longdesc>
<shortdesc lang="en">Number of announcements</shortdesc>
<content type="integer" default="5"/>
</parameter>
<parameter name="arp_interval">
<longdesc lang="en">Time between announcements, in milliseconds.</longdesc>
<shortdesc lang="en">Gap between announcements (ms)</shortdesc>
<content type="integer" default="200"/>
</parameter>
<parameter name="check_duplicate">
<longdesc lang="en">Ask the network first whether somebody has the address (RFC 5227, IPv4), and refuse to start if so.
With fencing this can not happen; without it it is worth the time.</longdesc>
<shortdesc lang="en">Refuse an address that somebody has</shortdesc>
<content type="boolean" default="false"/>
</parameter>
<parameter name="duplicate_wait">
<longdesc lang="en">How long to wait for an answer to that question, in milliseconds.</longdesc>
<shortdesc lang="en">Wait for duplicates (ms)</shortdesc>
<content type="integer" default="200"/>
</parameter>
<parameter name="virtual_mac">
<longdesc lang="en">Put the address on a macvlan interface of this MAC, which moves with the address.</longdesc>
<shortdesc lang="en">Virtual MAC address</shortdesc>
<content type="string"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" depth="0" timeout="20s" interval="10s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
)";

}  // namespace ipaddr
