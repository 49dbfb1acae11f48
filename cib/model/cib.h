// The CIB as values (spec: Pacemaker Explained, "Cluster-wide configuration" and "Status").
//
// The configuration is a tree of elements (base/xml: copy on write, so versions share structure): users write things
// there that we do not know and must keep.  The status is typed: of 64 nodes x 5,000 resources no tree is ever made.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/xml/element.h"

namespace muster::cib {

// admin_epoch, epoch, num_updates: compared in that order.
struct Version {
    std::int64_t admin_epoch = 0;
    std::int64_t epoch = 0;
    std::int64_t num_updates = 0;
    friend auto operator<=>(const Version&, const Version&) = default;
};
std::string to_string(const Version& v);  // "0.12.3"

// One lrm_rsc_op: the newest result of one operation of one resource on one node.
struct OpRecord {
    std::string id;              // RSC_last_0, RSC_monitor_10000, RSC_last_failure_0, ...
    std::string operation_key;   // RSC_OP_INTERVALMS
    std::string operation;       // start, monitor, ...
    std::string transition_key;  // ACTION:TRANSITION:EXPECTEDRC:UUID
    std::string transition_magic;  // STATUS:RC;KEY
    std::string exit_reason;
    std::string on_node;
    std::string crm_feature_set;
    std::string crm_debug_origin;
    std::string op_digest;
    std::string op_restart_digest;
    std::string op_force_restart;
    std::string op_secure_digest;
    std::string op_secure_params;
    std::string migrate_source;
    std::string migrate_target;
    std::int64_t last_rc_change = 0;  // seconds since 1970; 0: not told
    std::int64_t interval_ms = 0;
    std::int64_t exec_time_ms = -1;   // -1: not told
    std::int64_t queue_time_ms = -1;
    std::int32_t call_id = 0;
    std::int32_t rc = 0;              // OCF exit status; 193: not known yet
    std::int32_t op_status = 0;       // -1 pending 0 done 1 cancelled 2 timeout 3 not-supported 4 error ...
    std::vector<xml::Attribute> extra;  // attributes that have no field above, in their order
};

struct ResourceHistory {
    std::string id;
    std::string type;
    std::string klass;
    std::string provider;
    std::string container;
    std::vector<xml::Attribute> extra;
    std::vector<OpRecord> ops;
};

struct NodeState {
    std::string id;
    std::string uname;
    std::string in_ccm;    // "true"/"false" or epoch seconds: as written
    std::string crmd;      // "online"/"offline" or epoch seconds
    std::string join;      // down pending member banned
    std::string expected;
    bool remote = false;           // remote_node="true"
    bool has_lrm = false;          // an <lrm> element was there
    std::vector<xml::Attribute> extra;
    std::string lrm_id;
    // <transient_attributes> as it stands; nameless where absent.
    xml::Element transient;
    std::vector<ResourceHistory> history;

    const std::string* find_extra(std::string_view name) const;
};

struct Status {
    std::vector<NodeState> nodes;
    // <tickets> as it stands, and anything else below <status>.
    std::vector<xml::Element> others;

    const NodeState* node(std::string_view uname) const;
    NodeState* node(std::string_view uname);
};

struct Cib {
    // Attributes of <cib>, in their order: admin_epoch, validate-with, have-quorum, dc-uuid, execution-date ...
    std::vector<xml::Attribute> attributes;
    xml::Element configuration{"configuration"};
    Status status;

    const std::string* find(std::string_view attribute) const;
    void set(std::string_view attribute, std::string value);
    Version version() const;
    void set_version(const Version& v);
    // A section of the configuration ("resources", "constraints", ...); nullptr if absent.
    const xml::Element* section(std::string_view name) const { return configuration.child(name); }
};

// The four sections that always exist, version 0.0.0, validate-with of today.
Cib empty_cib();

}  // namespace muster::cib
