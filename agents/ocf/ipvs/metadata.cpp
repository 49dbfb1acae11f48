#include "agents/ocf/ipvs/metadata.h"

namespace ipvs {

const char* const kMetadata = R"(<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd">
<resource-agent name="ipvs" version="1.0">
<version>1.1</version>
<longdesc lang="en">
A load-balancing director for one virtual service: schedules connections to real servers with the kernel's IPVS (or
nftables where there is none), checks the servers, takes failed ones out and puts a sorry server in when too few are
left. The words are keepalived's. While servers are down, the monitor ends with 190 (degraded) and names them, which the
cluster's status shows. The action "servers" prints what each server's last check said.
</longdesc>
<shortdesc lang="en">IPVS director with health checks</shortdesc>
<parameters>
<parameter name="virtual" unique-group="service" required="1">
<longdesc lang="en">ADDRESS:PORT that clients use; the address itself is another resource (ocf:muster:IPaddr).</longdesc>
<shortdesc lang="en">Virtual service</shortdesc>
<content type="string"/>
</parameter>
<parameter name="real">
<longdesc lang="en">ADDRESS:PORT and then weight= inhibit_on_failure= notify_up= notify_down= check=&quot;...&quot;; several separated by commas.</longdesc>
<shortdesc lang="en">Real servers</shortdesc>
<content type="string"/>
</parameter>
<parameter name="protocol">
<longdesc lang="en">tcp or udp.</longdesc>
<shortdesc lang="en">Protocol</shortdesc>
<content type="string" default="tcp"/>
</parameter>
<parameter name="scheduler">
<longdesc lang="en">rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq or twos. The nftables form knows rr (rr, lc), weighted rr (the others) and sh (sh, mh).</longdesc>
<shortdesc lang="en">Scheduler</shortdesc>
<content type="string" default="wlc"/>
</parameter>
<parameter name="method">
<longdesc lang="en">NAT, DR (direct routing) or TUN. The nftables form only does NAT.</longdesc>
<shortdesc lang="en">Forwarding</shortdesc>
<content type="string" default="NAT"/>
</parameter>
<parameter name="persistence_timeout">
<longdesc lang="en">Seconds for which a client stays with its server; 0: not at all. The nftables form shares clients out by a hash of their address instead.</longdesc>
<shortdesc lang="en">Persistence (s)</shortdesc>
<content type="integer" default="0"/>
</parameter>
<parameter name="sorry_server">
<longdesc lang="en">ADDRESS:PORT that answers when too few real servers are up.</longdesc>
<shortdesc lang="en">Sorry server</shortdesc>
<content type="string"/>
</parameter>
<parameter name="quorum">
<longdesc lang="en">Sum of the weights of live servers below which the sorry server answers.</longdesc>
<shortdesc lang="en">Quorum</shortdesc>
<content type="integer" default="1"/>
</parameter>
<parameter name="hysteresis">
<longdesc lang="en">Margin around the quorum: lost below quorum - hysteresis, found again at quorum + hysteresis.</longdesc>
<shortdesc lang="en">Hysteresis</shortdesc>
<content type="integer" default="0"/>
</parameter>
<parameter name="quorum_up">
<longdesc lang="en">Run by /bin/sh when the quorum is reached.</longdesc>
<shortdesc lang="en">Command at quorum</shortdesc>
<content type="string"/>
</parameter>
<parameter name="quorum_down">
<longdesc lang="en">Run by /bin/sh when the quorum is lost.</longdesc>
<shortdesc lang="en">Command at loss of quorum</shortdesc>
<content type="string"/>
</parameter>
<parameter name="alpha">
<longdesc lang="en">A server only counts once its first check has succeeded.</longdesc>
<shortdesc lang="en">Begin as failed</shortdesc>
<content type="boolean" default="false"/>
</parameter>
<parameter name="omega">
<longdesc lang="en">Run notify_down of all servers when the service stops.</longdesc>
<shortdesc lang="en">Tell at stop</shortdesc>
<content type="boolean" default="false"/>
</parameter>
<parameter name="inhibit_on_failure">
<longdesc lang="en">Connections that a failed server has go on; new ones go elsewhere.</longdesc>
<shortdesc lang="en">Keep failed servers with weight 0</shortdesc>
<content type="boolean" default="false"/>
</parameter>
<parameter name="check">
<longdesc lang="en">HTTP_GET, SSL_GET, TCP_CHECK, SMTP_CHECK, MISC_CHECK or none, and then path= status=200/204 digest= regex= virtualhost= connect= bindto= helo_name= misc_path= misc_dynamic= connect_timeout= (misc_timeout=) delay_loop= retry= delay_before_retry=; times in seconds.</longdesc>
<shortdesc lang="en">Health check</shortdesc>
<content type="string" default="TCP_CHECK"/>
</parameter>
<parameter name="backend">
<longdesc lang="en">ipvs, nft, or auto: IPVS where the kernel has it.</longdesc>
<shortdesc lang="en">Backend</shortdesc>
<content type="string" default="auto"/>
</parameter>
<parameter name="masquerade">
<longdesc lang="en">Let the real servers see the director as client, so that their answers come back through it.</longdesc>
<shortdesc lang="en">Masquerade (nft)</shortdesc>
<content type="boolean" default="true"/>
</parameter>
</parameters>
<actions>
<action name="start" timeout="20s"/>
<action name="stop" timeout="20s"/>
<action name="monitor" timeout="20s" interval="10s"/>
<action name="validate-all" timeout="20s"/>
<action name="meta-data" timeout="5s"/>
</actions>
</resource-agent>
)";

}  // namespace ipvs
