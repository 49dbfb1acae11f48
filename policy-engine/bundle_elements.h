// The primitives that a bundle stands for: address, container and connection of each replica, and the clone of what
// runs inside (Pacemaker Explained, "Bundles").
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/xml/element.h"
#include "policy-engine/model.h"

namespace muster::policy {

std::unique_ptr<xml::Element> primitive_element(const std::string& id, const std::string& provider, const std::string& type,
                                                const std::vector<std::pair<std::string, std::string>>& params,
                                                const std::string& interval, const std::string& timeout = {});

class BundleElements {
  public:
    BundleElements(const xml::Element& bundle, const xml::Element& agent, const BundleInfo& info);

    std::string address(int replica) const;  // empty: none of its own
    std::unique_ptr<xml::Element> ip(int replica) const;
    std::unique_ptr<xml::Element> container(int replica) const;
    std::unique_ptr<xml::Element> connection(int replica) const;
    std::shared_ptr<const xml::Element> clone() const;

  private:
    std::string name(int replica) const { return bundle_.id() + "-" + std::to_string(replica); }
    std::string run_options(int replica, std::string& mounts) const;
    void add_storage(int replica, std::string& options, std::string& mounts) const;
    void add_ports(int replica, std::string& options) const;

    const xml::Element& bundle_;
    const xml::Element& agent_;
    const BundleInfo& info_;
    const xml::Element* network_;
    const xml::Element* inside_;
    std::string port_ = "3121";
};

}  // namespace muster::policy
