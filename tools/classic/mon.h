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
    std::string container;  // of a bundle's node: the resource that it lives in
};

// One resource of a bundle's replica.
struct MonMember {
    std::string id, agent;
    std::vector<RunningOn> places;  // none: stopped
};
struct MonReplica {
    int index = 0;
    std::string name, address;      // httpd-bundle-0, 192.0.2.1
    std::vector<MonMember> members;  // address, primitive, container, connection: those that there are
    bool has_primitive = false;
    std::string node;               // where the container runs; empty: stopped
    std::string agent;              // of the primitive, or of the container
};

struct MonResource {
    const xml::Element* element = nullptr;
    std::vector<RunningOn> places;  // of a primitive, or of all inside
    bool managed = true;
    bool disabled = false;
    std::string target_role;
    std::vector<MonResource> children;
    std::vector<MonReplica> replicas;
    bool promotable = false;
    bool unique = false;
    int instances = 1;
};

struct MonView {
    std::string stack, dc, dc_id, dc_version, no_quorum_policy;
    bool quorum = false, stonith = true, symmetric = true, maintenance = false, stop_all = false;
    std::string updated, changed, user, client, origin;
    std::vector<MonNode> nodes;
    std::vector<std::string> status_order;  // names as the status section has them
    std::vector<MonResource> resources;
    int instances = 0, disabled = 0;
    // node -> attribute -> value, permanent and transient
    std::map<std::string, std::map<std::string, std::string>> attributes;
};

// The replicas that a bundle stands for, and where they are.
std::vector<MonReplica> replicas_of(const xml::Element& cib, const xml::Element& bundle);
// What a ping resource's attribute should be when all its hosts answer: attribute name -> value.
std::map<std::string, std::string> expected_pings(const xml::Element& cib);

MonView mon_view(const xml::Element& cib, WallTime now);
// "Mon Nov 23 02:41:01 2026", local time.
std::string calendar(std::int64_t seconds);

struct MonWishes {
    std::set<std::string> sections;  // summary nodes resources attributes failcounts operations bans tickets
    bool inactive = false, by_node = false, detail = false, brief = false, simple = false, headers = true;
    std::string only_node, only_resource;
    // What only_resource (a resource or a tag) comes to: its name and those of all inside.
    std::set<std::string> selected;
    bool selects(const std::string& id) const {
        return only_resource.empty() || selected.count(id) != 0 || selected.count(id.substr(0, id.rfind(':'))) != 0;
    }
};
std::set<std::string> selection(const xml::Element& cib, const MonView& view, const std::string& name);
// It, or something inside it, is selected.
bool shows(const MonWishes& wishes, const MonResource& resource);
void print_text(Context& context, const xml::Element& cib, const MonView& view, const MonWishes& wishes);
void print_xml(xml::Element& root, const xml::Element& cib, const MonView& view, const MonWishes& wishes);

}  // namespace muster::classic
