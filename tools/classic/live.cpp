#include "tools/classic/live.h"

#include <fmt/format.h>

#include "base/time.h"
#include "cib/model/read.h"
#include "cib/model/write.h"
#include "cib/change/acl.h"
#include "base/xml/write.h"
#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/live_attributes.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

namespace proto = crmd::proto;

std::string socket_of(const Context& context) {
    const std::string folder = context.env("MUSTER_RUN_DIR");
    return folder.empty() ? client::default_socket() : folder + "/crmd.sock";
}

const char* verb_name(cib::Verb verb) {
    switch (verb) {
        case cib::Verb::create: return "create";
        case cib::Verb::modify: return "modify";
        case cib::Verb::replace: return "replace";
        case cib::Verb::remove: return "delete";
        case cib::Verb::remove_all: return "delete-all";
        case cib::Verb::erase: return "erase";
        case cib::Verb::bump: return "bump";
        case cib::Verb::query: break;
    }
    return "query";
}

class LiveStore final : public Store {
  public:
    explicit LiveStore(client::Crmd crmd, Context& context) : crmd_{std::move(crmd)}, subject_{context.env("CIB_user"), {}} {}

    bool live() const override { return true; }
    client::Crmd& crmd() { return crmd_; }

    Result<xml::Element> read() override {
        auto cib = crmd_.get_cib();
        if (!cib) return tl::make_unexpected(cib.error());
        xml::Element document = cib::to_element(*cib);
        read_version_ = cib::to_string(cib::version_of(document));
        auto seen = cib::acl_filter(document, subject_);
        if (!seen) return fail(ErrorCode::permission, "nothing in the CIB may be read by user " + subject_.user);
        return std::move(*seen);
    }

    Result<cib::Outcome> apply(const cib::Operation& op) override {
        if (op.verb == cib::Verb::query) {
            auto document = read();
            if (!document) return tl::make_unexpected(document.error());
            return cib::apply(*document, op);
        }
        if (op.section == "status") {
            return fail(ErrorCode::unsupported, "the status of a running cluster is written by the cluster alone");
        }
        if (auto allowed = check_rights(op); !allowed) return tl::make_unexpected(allowed.error());
        proto::Message m;
        auto& change = *m.mutable_commit()->mutable_operations()->add_operation();
        change.set_verb(verb_name(op.verb));
        change.set_section(op.section);
        change.set_xpath(op.xpath);
        if (op.input) change.set_input_xml(xml::write_compact(*op.input));
        change.set_allow_create(op.allow_create);
        change.set_expand_score(op.expand_score);
        auto answer = crmd_.request(std::move(m));
        if (!answer) return tl::make_unexpected(answer.error());
        cib::Outcome outcome;
        outcome.changed = answer->committed().changed();
        return outcome;
    }

    Result<void> save(const xml::Element& document) override {
        proto::Message m;
        m.mutable_commit()->set_configuration_xml(xml::write_compact(document));
        m.mutable_commit()->set_base_version(read_version_);  // refused if somebody was faster
        auto answer = crmd_.request(std::move(m));
        if (!answer) return tl::make_unexpected(answer.error());
        return {};
    }

  private:
    // crmd judges the process at the other end; this is for root acting as somebody else (--user, CIB_user).
    Result<void> check_rights(const cib::Operation& op) {
        if (subject_.user.empty()) return {};
        auto cib = crmd_.get_cib();
        if (!cib) return tl::make_unexpected(cib.error());
        const xml::Element before = cib::to_element(*cib);
        auto outcome = cib::apply(before, op);
        if (!outcome) return tl::make_unexpected(outcome.error());
        return cib::acl_check_change(before, outcome->document, subject_);
    }

    client::Crmd crmd_;
    cib::AclSubject subject_;
    std::string read_version_;
};

}  // namespace

Result<client::Crmd> connect_crmd(const Context& context) {
    return client::Crmd::connect(context.program, socket_of(context));
}

Exit not_connected(Context& context, const Error& error) {
    return context.complain(error.code == ErrorCode::unavailable ? kDisconnect : exit_of(error), error.message);
}

Result<std::unique_ptr<Store>> live_store(Context& context) {
    auto crmd = connect_crmd(context);
    if (!crmd) return tl::make_unexpected(crmd.error());
    return std::make_unique<LiveStore>(std::move(*crmd), context);
}

std::string local_node(Context& context, Store& store) {
    // An agent in a container speaks for the host that it is told to.
    const std::string target = context.env("OCF_RESKEY_CRM_meta_container_attribute_target") == "host"
                                   ? context.env("OCF_RESKEY_CRM_meta_physical_host")
                                   : context.env("OCF_RESKEY_CRM_meta_on_node");
    if (!target.empty()) return target;
    if (auto* live = dynamic_cast<LiveStore*>(&store)) return live->crmd().node();
    return context.host;
}

Exit live_cleanup(Context& context, const FailureRequest& r, bool all_history) {
    auto crmd = connect_crmd(context);
    if (!crmd) return not_connected(context, crmd.error());
    proto::Message m;
    auto& cleanup = *m.mutable_cleanup();
    cleanup.set_resource(r.resource);
    cleanup.set_node(r.node);
    cleanup.set_operation(r.operation);
    if (!r.interval.empty()) {
        const auto interval = parse_interval(r.interval);
        if (!interval) return context.complain(kUsage, interval.error().message);
        cleanup.set_interval_ms(interval->count());
    }
    cleanup.set_all_history(all_history);
    const auto answer = crmd->request(std::move(m));
    if (!answer) return context.complain(exit_of(answer.error()), answer.error().message);
    context.out += fmt::format("Cleaned up {} on {}\n", r.resource.empty() ? "all resources" : r.resource,
                               r.node.empty() ? "all nodes" : r.node);
    return kOk;
}

}  // namespace muster::classic
