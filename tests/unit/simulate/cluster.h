// A small cluster for crm simulate and crm explain: db runs on n1, web is to run with it, n3 is on standby.
#pragma once

#include <string>

#include "cib/model/read.h"
#include "tools/simulate/simulate.h"

namespace muster::test {

inline std::string node(int i, const std::string& inside = {}) {
    const std::string id = std::to_string(i);
    return "<node id='" + id + "' uname='n" + id + "'>" + inside + "</node>";
}

inline std::string ran(const std::string& rsc, const std::string& task, int call, int rc) {
    const std::string key = rsc + "_" + task + "_0";
    const std::string target = task == "monitor" ? "7" : "0";
    return "<lrm_resource id='" + rsc + "' class='ocf' provider='heartbeat' type='Dummy'><lrm_rsc_op id='" + rsc +
           "_last_0' operation_key='" + key + "' operation='" + task + "' transition-key='1:1:" + target +
           ":a' transition-magic='0:" + std::to_string(rc) + ";1:1:" + target + ":a' call-id='" + std::to_string(call) + "' rc-code='" +
           std::to_string(rc) + "' op-status='0' interval='0' last-rc-change='1700000000'/></lrm_resource>";
}

inline std::string state(int i, const std::string& history) {
    const std::string id = std::to_string(i);
    return "<node_state id='" + id + "' uname='n" + id + "' in_ccm='true' crmd='online' join='member' expected='member'><lrm id='" +
           id + "'><lrm_resources>" + history + "</lrm_resources></lrm></node_state>";
}

inline std::string small_cluster() {
    const auto primitive = [](const std::string& id) {
        return "<primitive id='" + id + "' class='ocf' provider='heartbeat' type='Dummy'/>";
    };
    const std::string nowhere = ran("db", "monitor", 1, 7) + ran("web", "monitor", 2, 7);
    return "<cib have-quorum='1' dc-uuid='1'><configuration><crm_config><cluster_property_set id='o'>"
           "<nvpair id='f' name='fencing-enabled' value='false'/></cluster_property_set></crm_config><nodes>" +
           node(1) + node(2) +
           node(3, "<instance_attributes id='s'><nvpair id='sv' name='standby' value='on'/></instance_attributes>") +
           "</nodes><resources>" + primitive("db") + primitive("web") +
           "</resources><constraints><rsc_colocation id='web-db' rsc='web' with-rsc='db' score='INFINITY'/>"
           "<rsc_order id='db-web' first='db' then='web'/>"
           "<rsc_location id='db-n1' rsc='db' node='n1' score='100'/></constraints></configuration><status>" +
           state(1, ran("db", "start", 3, 0) + ran("web", "monitor", 4, 7)) + state(2, nowhere) + state(3, nowhere) + "</status></cib>";
}

inline crm::SimulateWorld world_of(const std::string& xml) {
    crm::SimulateWorld world;
    world.now = WallTime::from_seconds(1'700'000'100);
    world.running_cluster = [xml] { return cib::read(xml); };
    return world;
}

}  // namespace muster::test
