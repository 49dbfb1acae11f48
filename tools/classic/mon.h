// What crm_mon shows: the cluster's state as the CIB tells it, without planning anything.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/xml/element.h"
#include "tools/classic/resource.h"

namespace muster::classic {

struct MonNode {
    std::string name, id, kind;  // member guest remote
    bool online = false;
    bool pending = false;
    bool unclean = false;
    bool standby = false;
    bool maintenance = false;
    bool dc = false;
    std::string feature_set;
};

struct MonResource {
    const xml::Element* element = nullptr;
    std::vector<RunningOn> places;  // of a primitive, or of all inside
    bool managed = true;
    bool disabled = false;
    std::string target_role;
    std::vector<MonResource> children;
    bool promotable = false;
    bool unique = false;
    int instances = 1;
};

struct MonView {
    std::string stack, dc, dc_id, dc_version, no_quorum_policy;
    bool quorum = false, stonith = true, symmetric = true, maintenance = false, stop_all = false;
    std::string updated, changed, user, client, origin;
    std::vector<MonNode> nodes;
    std::vector<MonResource> resources;
    int instances = 0, disabled = 0;
    // node -> attribute -> value, permanent and transient
    std::map<std::string, std::map<std::string, std::string>> attributes;
};

MonView mon_view(const xml::Element& cib, WallTime now);
// "Mon Nov 23 02:41:01 2026", local time.
std::string calendar(std::int64_t seconds);

struct MonWishes {
    std::set<std::string> sections;  // summary nodes resources attributes failcounts operations bans tickets
    bool inactive = false, by_node = false, detail = false, brief = false, simple = false, headers = true;
    std::string only_node, only_resource;
};
void print_text(Context& context, const xml::Element& cib, const MonView& view, const MonWishes& wishes);
void print_xml(xml::Element& root, const xml::Element& cib, const MonView& view, const MonWishes& wishes);

}  // namespace muster::classic
