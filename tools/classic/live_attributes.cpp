#include "tools/classic/live_attributes.h"

#include <fmt/format.h>

#include <regex>

#include "crmd/protocol/crmd.pb.h"
#include "tools/classic/live.h"

namespace muster::classic {
namespace {

namespace proto = crmd::proto;

bool matches(const AttributeRequest& r, const std::string& name) {
    if (!r.wanted.pattern.empty()) return std::regex_search(name, std::regex{r.wanted.pattern, std::regex::extended});
    return r.wanted.name.empty() || name == r.wanted.name;
}

Exit failed(Report& report, const Error& error) {
    return report.error(exit_of(error), fmt::format("Error performing operation: {} ({})", classic_words(error), error.message));
}

Exit query(client::Crmd& crmd, Report& report, const AttributeRequest& r, const std::string& node) {
    proto::Message m;
    m.mutable_get_attributes()->set_node(node);
    m.mutable_get_attributes()->set_name(r.wanted.pattern.empty() ? r.wanted.name : "");
    m.mutable_get_attributes()->set_lifetime("reboot");
    const auto answer = crmd.request(std::move(m));
    if (!answer && answer.error().code != ErrorCode::not_found) return failed(report, answer.error());
    const auto say = [&](const std::string& name, const std::string& value) {
        report.add(r.quiet ? value + "\n" : fmt::format("scope=status  name={} value={}\n", name, value),
                   xml::Element{"attribute", {{"name", name}, {"value", value}, {"scope", "status"}}});
    };
    bool any = false;
    if (answer) {
        for (const auto& a : answer->attributes().attribute()) {
            if (a.private_() || !matches(r, a.name())) continue;
            say(a.name(), a.value());
            any = true;
        }
    }
    if (any) return kOk;
    if (r.has_default && !r.wanted.name.empty()) {
        say(r.wanted.name, r.fallback);
        return kOk;
    }
    return report.error(kNoSuch, "Error performing operation: No such device or address");
}

}  // namespace

Exit run_live_attribute(Context& context, Report& report, Store& store, const AttributeRequest& r) {
    const std::string node = r.node.empty() ? local_node(context, store) : r.node;
    auto crmd = connect_crmd(context);
    if (!crmd) return failed(report, crmd.error());
    if (r.verb == AttributeVerb::query) return query(*crmd, report, r, node);
    proto::Message m;
    auto& set = *m.mutable_set_attribute();
    set.set_node(node);
    set.set_name(r.wanted.name);
    set.set_pattern(r.wanted.pattern);
    set.set_lifetime("reboot");
    if (r.utilization) set.set_set_type("utilization");
    set.set_unset(r.verb == AttributeVerb::remove);
    if (r.verb == AttributeVerb::update) {
        set.set_value(r.value);
        set.set_expand(true);
    }
    const auto answer = crmd->request(std::move(m));
    if (!answer) return failed(report, answer.error());
    return kOk;
}

}  // namespace muster::classic
