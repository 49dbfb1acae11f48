// Names as types: a node's name is not a resource's.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <utility>

namespace muster {

template <typename Tag>
struct Name {
    std::string value;
    Name() = default;
    explicit Name(std::string v) : value{std::move(v)} {}
    bool empty() const { return value.empty(); }
    friend auto operator<=>(const Name&, const Name&) = default;
};

using NodeName = Name<struct NodeNameTag>;          // uname, "node1"
using ResourceId = Name<struct ResourceIdTag>;      // "web" or instance "web:0"

// corosync's node id; 0 is no node.
using NodeId = std::uint32_t;

}  // namespace muster
