#include "policy-engine/bundle_elements.h"

#include "base/text.h"

namespace muster::policy {
namespace {

using Values = std::vector<std::pair<std::string, std::string>>;

xml::Element nvset(const std::string& kind, const std::string& id, const Values& values) {
    xml::Element set{kind, {{"id", id}}};
    for (const auto& [name, value] : values)
        set.add(xml::Element{"nvpair", {{"id", id + "-" + name}, {"name", name}, {"value", value}}});
    return set;
}

// The next address: "10.0.0.9" -> "10.0.0.10".
std::string next_address(const std::string& address, int offset) {
    auto dot = address.rfind('.');
    if (dot == std::string::npos) return address;
    auto last = parse_int(address.substr(dot + 1)).value_or(0);
    return address.substr(0, dot + 1) + std::to_string(last + offset);
}

void append_to_list(std::string& list, const std::string& word) { list += (list.empty() ? "" : ",") + word; }

}  // namespace

std::unique_ptr<xml::Element> primitive_element(const std::string& id, const std::string& provider, const std::string& type,
                                                const Values& params, const std::string& interval,
                                                const std::string& timeout) {
    auto e = std::make_unique<xml::Element>(
        xml::Element{"primitive", {{"id", id}, {"class", "ocf"}, {"provider", provider}, {"type", type}}});
    e->add(nvset("instance_attributes", id + "-attributes", params));
    xml::Element op{"op", {{"id", id + "-monitor-" + interval}, {"name", "monitor"}, {"interval", interval}}};
    if (!timeout.empty()) op.set("timeout", timeout);
    xml::Element ops{"operations"};
    ops.add(std::move(op));
    e->add(std::move(ops));
    return e;
}

BundleElements::BundleElements(const xml::Element& bundle, const xml::Element& agent, const BundleInfo& info)
    : bundle_{bundle}, agent_{agent}, info_{info}, network_{bundle.child("network")}, inside_{bundle.child("primitive")} {
    if (network_ != nullptr) port_ = network_->get("control-port", port_);
}

std::string BundleElements::address(int replica) const {
    if (network_ == nullptr || !network_->has("ip-range-start")) return {};
    return next_address(network_->get("ip-range-start"), replica);
}

std::unique_ptr<xml::Element> BundleElements::ip(int replica) const {
    const std::string own = address(replica);
    if (own.empty()) return nullptr;
    Values params{{"ip", own}, {"cidr_netmask", network_->get("host-netmask", "32")}};
    if (network_->has("host-interface")) params.emplace_back("nic", network_->get("host-interface"));
    return primitive_element(bundle_.id() + "-ip-" + own, "heartbeat", "IPaddr2", params, "60s");
}

// Each replica's own folder on the host must be there before the container is run.
void BundleElements::add_storage(int replica, std::string& options, std::string& mounts) const {
    if (const auto* storage = bundle_.child("storage"))
        for (const auto* map : storage->children_named("storage-mapping")) {
            std::string source = map->get("source-dir");
            if (map->has("source-dir-root")) {
                source = map->get("source-dir-root") + "/" + name(replica);
                append_to_list(mounts, source);
            }
            options += " -v " + source + ":" + map->get("target-dir");
            if (map->has("options")) options += ":" + map->get("options");
        }
    if (inside_ == nullptr) return;
    const std::string logs = "/var/log/pacemaker/bundles/" + name(replica);
    options += " -v /etc/pacemaker/authkey:/etc/pacemaker/authkey -v " + logs + ":/var/log";
    append_to_list(mounts, logs);
}

void BundleElements::add_ports(int replica, std::string& options) const {
    if (agent_.get("network") == "host" || network_ == nullptr) return;
    const std::string own = address(replica);
    auto publish = [&](const std::string& from, const std::string& to) {
        options += " -p " + (own.empty() ? std::string{} : own + ":") + from + ":" + to;
    };
    for (const auto* map : network_->children_named("port-mapping")) {
        if (map->has("range")) {
            publish(map->get("range"), map->get("range"));
            continue;
        }
        publish(map->get("port"), map->get("internal-port", map->get("port")));
    }
    if (inside_ != nullptr) publish(port_, port_);
}

std::string BundleElements::run_options(int replica, std::string& mounts) const {
    std::string options;
    if (info_.agent == "docker") options += " --restart=no";  // the cluster restarts it, nobody else
    if (!address(replica).empty()) options += " -h " + name(replica);
    options += " -e PCMK_stderr=1";
    if (agent_.has("network")) options += " --net=" + agent_.get("network");
    options += " -e PCMK_remote_port=" + port_;
    add_storage(replica, options, mounts);
    add_ports(replica, options);
    if (agent_.has("options")) options += " " + agent_.get("options");
    options += " ";
    if (!address(replica).empty() && parse_bool(network_->get("add-host", "true")).value_or(true))
        for (int i = 0; i < info_.replicas; ++i) options += " --add-host=" + name(i) + ":" + address(i);
    return options;
}

std::unique_ptr<xml::Element> BundleElements::container(int replica) const {
    std::string mounts;
    const std::string options = run_options(replica, mounts);
    Values params{{"image", agent_.get("image")}, {"allow_pull", "true"}, {"force_kill", "false"}, {"reuse", "false"}};
    params.emplace_back("run_opts", options);
    params.emplace_back("mount_points", mounts);
    if (agent_.has("run-command")) params.emplace_back("run_cmd", agent_.get("run-command"));
    else if (inside_ != nullptr) params.emplace_back("run_cmd", "/usr/sbin/pacemaker-remoted");
    params.emplace_back("monitor_cmd", "/bin/true");
    return primitive_element(bundle_.id() + "-" + info_.agent + "-" + std::to_string(replica), "heartbeat", info_.agent, params, "60s");
}

std::unique_ptr<xml::Element> BundleElements::connection(int replica) const {
    const std::string own = address(replica);
    return primitive_element(name(replica), "pacemaker", "remote", {{"addr", own.empty() ? "#uname" : own}, {"port", port_}}, "30s", "30s");
}

std::shared_ptr<const xml::Element> BundleElements::clone() const {
    const std::string id = bundle_.id() + (info_.promoted_max > 0 ? "-master" : "-clone");
    xml::Element e{"clone", {{"id", id}}};
    Values meta{{"ordered", "true"},
                {"clone-max", std::to_string(info_.replicas)},
                {"clone-node-max", std::to_string(info_.per_host)},
                {"globally-unique", info_.per_host > 1 ? "true" : "false"}};
    if (info_.promoted_max > 0) {
        meta.emplace_back("promotable", "true");
        meta.emplace_back("promoted-max", std::to_string(info_.promoted_max));
    }
    e.add(nvset("meta_attributes", id + "-meta", meta));
    for (const auto* set : bundle_.children_named("meta_attributes")) e.add(*set);  // what the bundle says counts inside, too
    e.add(*inside_);
    return std::make_shared<const xml::Element>(std::move(e));
}

}  // namespace muster::policy
