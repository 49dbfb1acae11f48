#include "cluster/corosync/nodelist.h"

#include <corosync/cmap.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <utility>

#include "cluster/corosync/status.h"

namespace muster::cluster {
namespace {

class Cmap {
  public:
    static Result<Cmap> open() {
        cmap_handle_t handle = 0;
        if (const cs_error_t e = cmap_initialize(&handle); e != CS_OK) {
            return fail(ErrorCode::unavailable, "corosync does not answer (cmap: " + describe(e) + ")");
        }
        return Cmap{handle};
    }
    Cmap(Cmap&& o) noexcept : handle_{std::exchange(o.handle_, 0)}, open_{std::exchange(o.open_, false)} {}
    Cmap& operator=(Cmap&&) = delete;
    ~Cmap() {
        if (open_) cmap_finalize(handle_);
    }
    std::string text(const std::string& key) const {
        char* value = nullptr;
        if (cmap_get_string(handle_, key.c_str(), &value) != CS_OK || !value) return {};
        std::string s{value};
        std::free(value);
        return s;
    }
    std::uint32_t number(const std::string& key, std::uint32_t otherwise) const {
        std::uint32_t v = 0;
        if (cmap_get_uint32(handle_, key.c_str(), &v) == CS_OK) return v;
        std::uint8_t small = 0;
        if (cmap_get_uint8(handle_, key.c_str(), &small) == CS_OK) return small;
        return otherwise;
    }
    std::vector<std::string> keys(const std::string& prefix) const {
        std::vector<std::string> found;
        cmap_iter_handle_t iterator = 0;
        if (cmap_iter_init(handle_, prefix.c_str(), &iterator) != CS_OK) return found;
        char key[CMAP_KEYNAME_MAXLEN + 1] = {};
        std::size_t length = 0;
        cmap_value_types_t type{};
        while (cmap_iter_next(handle_, iterator, key, &length, &type) == CS_OK) found.emplace_back(key);
        cmap_iter_finalize(handle_, iterator);
        return found;
    }

  private:
    explicit Cmap(cmap_handle_t handle) : handle_{handle} {}
    cmap_handle_t handle_ = 0;
    bool open_ = true;
};

NodelistEntry read_node(const Cmap& cmap, const std::string& prefix) {
    NodelistEntry n;
    n.id = cmap.number(prefix + "nodeid", 0);
    n.name = cmap.text(prefix + "name");
    n.votes = cmap.number(prefix + "quorum_votes", 1);
    for (int link = 0; link < 8; ++link) {
        const std::string address = cmap.text(prefix + "ring" + std::to_string(link) + "_addr");
        if (!address.empty()) n.addresses.push_back(address);
    }
    if (n.name.empty() && !n.addresses.empty()) n.name = n.addresses.front();
    return n;
}

}  // namespace

Result<Nodelist> read_nodelist() {
    auto cmap = Cmap::open();
    if (!cmap) return tl::make_unexpected(cmap.error());
    Nodelist list;
    list.cluster_name = cmap->text("totem.cluster_name");
    list.self = cmap->number("runtime.votequorum.this_node_id", 0);
    list.two_node = cmap->number("quorum.two_node", 0) != 0;
    list.qdevice = !cmap->text("quorum.device.model").empty();
    const auto on = [&](const char* key) {
        const std::string v = cmap->text(key);
        return !v.empty() && v != "none";
    };
    list.crypto = on("totem.crypto_cipher") || on("totem.crypto_hash");
    std::map<int, std::string> prefixes;
    for (const std::string& key : cmap->keys("nodelist.node.")) {
        const auto dot = key.find('.', 14);
        if (dot != std::string::npos) prefixes.emplace(std::atoi(key.c_str() + 14), key.substr(0, dot + 1));
    }
    for (const auto& [position, prefix] : prefixes) {
        NodelistEntry n = read_node(*cmap, prefix);
        if (n.id != 0) list.nodes.push_back(std::move(n));
    }
    std::sort(list.nodes.begin(), list.nodes.end(), [](const auto& a, const auto& b) { return a.id < b.id; });
    if (list.self == 0) {
        const std::uint32_t position = cmap->number("nodelist.local_node_pos", UINT32_MAX);
        if (const auto it = prefixes.find(static_cast<int>(position)); it != prefixes.end()) {
            list.self = cmap->number(it->second + "nodeid", 0);
        }
    }
    if (list.nodes.empty()) {
        return fail("corosync.conf has no nodelist with node ids; muster needs `nodelist { node { nodeid: ... name: ... } }`");
    }
    return list;
}

}  // namespace muster::cluster
