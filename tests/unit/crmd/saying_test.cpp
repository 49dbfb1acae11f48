// What a node has to say goes in few messages: each costs all nodes some rounds of corosync's token.
#include <algorithm>
#include <functional>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/unit/crmd/small_cluster.h"

using namespace muster;
using namespace muster::crmd;
using namespace muster::crmd::test;

namespace {

// What one message brought.
struct Said {
    NodeId sender = 0;
    std::vector<wire::Wire> items;
    std::size_t count(wire::Wire::BodyCase body) const {
        std::size_t n = 0;
        for (const wire::Wire& w : items) n += w.body_case() == body ? 1 : 0;
        return n;
    }
};

Said said_in(NodeId sender, const std::string& bytes) {
    Said said{sender, {}};
    wire::Wire w;
    REQUIRE(w.ParseFromString(bytes));
    if (!w.has_bundle()) said.items.push_back(w);
    for (const std::string& item : w.bundle().items()) {
        said.items.emplace_back();
        REQUIRE(said.items.back().ParseFromString(item));
        CHECK_FALSE(said.items.back().has_bundle());
    }
    return said;
}

// Three nodes that take four operations at once, and what they say while `count` resources are probed and started.
std::vector<Said> messages_of(int count, const std::function<int(const Ran&)>& agent = {}) {
    SmallCluster c{3};
    for (NodeId id : {1u, 2u, 3u}) c.boot(id);
    c.settle(seconds{3});
    c.agent = agent;
    c.agents_take_time = true;
    std::vector<Said> all;
    c.on_message = [&](NodeId sender, const std::string& bytes) { all.push_back(said_in(sender, bytes)); };
    std::string xml = "<resources>";
    for (int i = 0; i < count; ++i) {
        const std::string id = "d" + std::to_string(i);
        xml += "<primitive id=\"" + id + "\" class=\"ocf\" provider=\"muster\" type=\"Dummy\"/>";
    }
    REQUIRE(c.commit("modify", "resources", xml + "</resources>") == "");
    c.settle(seconds{2});
    for (int i = 0; i < count; ++i) CHECK(c.where("d" + std::to_string(i)).size() == 1);
    return all;
}

}  // namespace

TEST_CASE("the orders of one step are one message") {
    const std::vector<Said> all = messages_of(4);
    std::size_t most = 0;
    for (const Said& s : all) most = std::max(most, s.count(wire::Wire::kOrder));
    CHECK(most == 12);  // four probes on each of three nodes
}

TEST_CASE("results of a node that is full are told together, and each once") {
    std::size_t messages = 0, results = 0;
    for (const Said& s : messages_of(40)) {
        const std::size_t n = s.count(wire::Wire::kOutcome);
        messages += n > 0 ? 1 : 0;
        results += n;
    }
    CHECK(results == 40 * 3 + 40);  // a probe on each node, one start
    CHECK(messages * 3 <= results * 2);  // without waiting, one each
}

TEST_CASE("a result that is not as expected waits for no others") {
    const auto agent = [](const Ran& r) { return r.operation == "start" && r.resource == "d0" && r.node == "node1" ? 1 : 0; };
    std::size_t failures = 0;
    for (const Said& s : messages_of(40, agent)) {
        for (std::size_t i = 0; i < s.items.size(); ++i) {
            if (s.items[i].body_case() != wire::Wire::kOutcome || s.items[i].outcome().rc() != 1) continue;
            ++failures;
            CHECK(i + 1 == s.items.size());  // nothing came after it before it was told
        }
    }
    CHECK(failures == 1);
}
