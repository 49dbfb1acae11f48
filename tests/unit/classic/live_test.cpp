// What the tools ask of a running cluster: a stand-in for crmd keeps each request and gives fixed answers.
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/os/frames.h"
#include "crmd/protocol/crmd.pb.h"
#include "tests/catch.h"
#include "tools/classic/programs.h"

using namespace muster;
using namespace muster::classic;
namespace proto = muster::crmd::proto;

namespace {

constexpr const char* kCib = R"(<cib admin_epoch="0" epoch="5" num_updates="3" validate-with="pacemaker-3.9"><configuration><crm_config/>
  <nodes><node id="1" uname="node1"/></nodes><resources/><constraints/></configuration><status/></cib>)";

proto::Message answer_to(const proto::Message& request) {
    proto::Message m;
    m.set_tag(request.tag());
    switch (request.body_case()) {
        case proto::Message::kHello:
            m.mutable_hello_answer()->set_node("node1");
            m.mutable_hello_answer()->set_node_id(1);
            m.mutable_hello_answer()->set_level(1);
            m.mutable_hello_answer()->set_may_write(true);
            break;
        case proto::Message::kGetCib:
            m.mutable_cib_text()->set_xml(kCib);
            m.mutable_cib_text()->set_version("0.5.3");
            break;
        case proto::Message::kCommit: m.mutable_committed()->set_changed(true); break;
        case proto::Message::kGetAttributes: {
            auto& attributes = *m.mutable_attributes();
            const auto add = [&](const char* name, const char* value, bool is_private) {
                if (!request.get_attributes().name().empty() && request.get_attributes().name() != name) return;
                auto& a = *attributes.add_attribute();
                a.set_node("node1");
                a.set_name(name);
                a.set_value(value);
                a.set_private_(is_private);
            };
            add("master-db", "100", false);
            add("secret", "7", true);
            break;
        }
        case proto::Message::kGetClusterState: {
            auto& s = *m.mutable_cluster_state();
            s.set_dc("node2");
            s.set_quorum("yes");
            s.set_idle(true);
            for (int id = 1; id <= 3; ++id) {
                auto& member = *s.add_members();
                member.set_id(static_cast<std::uint32_t>(id));
                member.set_name("node" + std::to_string(id));
                member.set_in_ring(id < 3);
                member.set_in_view(id < 3);
            }
            break;
        }
        case proto::Message::kFence:
            m.mutable_failed()->set_code(proto::NOT_FOUND);
            m.mutable_failed()->set_text("node nowhere is not known");
            break;
        default: m.mutable_done(); break;
    }
    return m;
}

// Answers in a thread of its own until it goes out of scope; joined then, the socket removed.
class StandIn {
  public:
    StandIn() {
        REQUIRE(::mkdtemp(folder_) != nullptr);
        server_ = std::make_unique<os::FrameServer>(reactor_, [this](std::shared_ptr<os::Connection> c) { serve(std::move(c)); });
        REQUIRE(server_->listen(std::string{folder_} + "/crmd.sock"));
        REQUIRE(::pipe(stop_) == 0);
        reactor_.watch(stop_[0], 1 /* EPOLLIN */, [this](std::uint32_t) { reactor_.stop(); });
        thread_ = std::thread{[this] { reactor_.run(); }};
    }
    ~StandIn() {
        const char byte = 0;
        if (::write(stop_[1], &byte, 1) != 1) std::perror("stop");
        thread_.join();
        connections_.clear();
        server_.reset();
        ::close(stop_[0]);
        ::close(stop_[1]);
        std::remove((std::string{folder_} + "/crmd.sock").c_str());
        ::rmdir(folder_);
    }
    const char* folder() const { return folder_; }
    // The requests after Hello, of one tool that has ended.
    std::vector<proto::Message> take() {
        const std::lock_guard lock{mutex_};
        return std::exchange(requests_, {});
    }

  private:
    void serve(std::shared_ptr<os::Connection> connection) {
        auto* raw = connection.get();
        connections_.push_back(std::move(connection));
        raw->start(
            [this, raw](std::string_view frame) {
                proto::Message request;
                if (!request.ParseFromArray(frame.data(), static_cast<int>(frame.size()))) return;
                if (!request.has_hello()) {
                    const std::lock_guard lock{mutex_};
                    requests_.push_back(request);
                }
                std::string bytes;
                answer_to(request).SerializeToString(&bytes);
                raw->send(bytes);
            },
            [](const std::string&) {});
    }

    char folder_[32] = "/tmp/muster-live-XXXXXX";
    os::Reactor reactor_;
    std::unique_ptr<os::FrameServer> server_;
    std::vector<std::shared_ptr<os::Connection>> connections_;
    std::mutex mutex_;
    std::vector<proto::Message> requests_;
    int stop_[2] = {-1, -1};
    std::thread thread_;
};

struct Ran {
    int status;
    std::string out, err;
    std::vector<proto::Message> asked;
    const proto::Message& last() const { return asked.back(); }
};

Ran run(StandIn& crmd, std::vector<std::string> words) {
    Context context;
    context.program = words.front();
    context.arguments.assign(words.begin() + 1, words.end());
    context.environment = {{"MUSTER_RUN_DIR", crmd.folder()}, {"OCF_RESOURCE_INSTANCE", "db"}};
    context.host = "a-host-with-another-name";
    context.read_stdin = [] { return Result<std::string>{std::string{}}; };
    INFO(context.request());
    const Program program = find_program(context.program);
    REQUIRE(program);
    Ran ran;
    ran.status = program(context);
    ran.out = context.out;
    ran.err = context.err;
    ran.asked = crmd.take();
    return ran;
}

}  // namespace

TEST_CASE("attributes until reboot are crmd's: set, dampened, private, deleted") {
    StandIn crmd;
    auto ran = run(crmd, {"crm_attribute", "-N", "node1", "-l", "reboot", "--name", "X", "-v", "5"});
    CHECK(ran.status == 0);
    REQUIRE(ran.last().has_set_attribute());
    CHECK(ran.last().set_attribute().name() == "X");
    CHECK(ran.last().set_attribute().value() == "5");
    CHECK(ran.last().set_attribute().lifetime() == "reboot");
    ran = run(crmd, {"attrd_updater", "-n", "A", "-B", "9", "-d", "5s"});
    CHECK(ran.last().set_attribute().dampen_ms() == 5000);
    CHECK(ran.last().set_attribute().node() == "node1");  // crmd's name for this node, not the host's
    ran = run(crmd, {"attrd_updater", "-n", "A", "-U", "1", "-p"});
    CHECK(ran.last().set_attribute().private_());
    ran = run(crmd, {"attrd_updater", "-D", "-n", "A"});
    CHECK(ran.last().set_attribute().unset());
    ran = run(crmd, {"crm_master", "-Q", "-l", "reboot", "-v", "10"});
    CHECK(ran.last().set_attribute().name() == "master-db");
    ran = run(crmd, {"crm_attribute", "-t", "status", "-P", "fail-count", "-N", "node1", "-D"});
    CHECK(ran.last().set_attribute().pattern() == "fail-count");
}

TEST_CASE("queries print what scripts cut apart") {
    StandIn crmd;
    CHECK(run(crmd, {"attrd_updater", "-Q", "-n", "secret"}).out == "name=\"secret\" host=\"node1\" value=\"7\"\n");
    CHECK(run(crmd, {"attrd_updater", "-Q", "-n", "nothing"}).status == 105);
    CHECK(run(crmd, {"crm_attribute", "-p", "-G", "-q"}).out == "100\n");
    CHECK(run(crmd, {"crm_attribute", "-l", "reboot", "-n", "secret", "-G", "-q"}).status == 105);  // private: not the CIB's
    CHECK(run(crmd, {"crm_attribute", "-l", "reboot", "-n", "none", "-G", "-q", "-d", "0"}).out == "0\n");
    CHECK(run(crmd, {"crm_node", "-n"}).out == "node1\n");
    CHECK(run(crmd, {"crm_node", "-l"}).out == "1 node1 member\n2 node2 member\n3 node3 lost\n");
    CHECK(run(crmd, {"crm_node", "-p"}).out == "node1 node2 \n");
    CHECK(run(crmd, {"crm_node", "-q"}).out == "1\n");
    CHECK(run(crmd, {"crm_node", "-i"}).out == "1\n");
    CHECK(run(crmd, {"crmadmin", "-D"}).out == "Designated Controller is: node2\n");
    CHECK(run(crmd, {"crmadmin", "-S", "node2"}).out == "Controller on node2 in state S_IDLE: ok\n");
}

TEST_CASE("permanent attributes and cibadmin are commits; the status is nobody's to write") {
    StandIn crmd;
    auto ran = run(crmd, {"crm_attribute", "-t", "nodes", "--node", "node1", "-n", "A", "-v", "1"});
    CHECK(ran.status == 0);
    REQUIRE(ran.last().has_commit());
    const auto& operation = ran.last().commit().operations().operation(0);
    CHECK(operation.verb() == "modify");
    CHECK(operation.section() == "nodes");
    CHECK(operation.input_xml().find("<nvpair id=\"nodes-1-A\" name=\"A\" value=\"1\"/>") != std::string::npos);
    ran = run(crmd, {"cibadmin", "-D", "--xpath", "//node[@id='1']"});
    CHECK(ran.last().commit().operations().operation(0).verb() == "delete");
    CHECK(run(crmd, {"cibadmin", "-R", "-o", "status", "-X", "<status/>"}).status != 0);
    CHECK(run(crmd, {"cibadmin", "-Q", "--xpath", "//node"}).out == "<node id=\"1\" uname=\"node1\"/>\n");
    ran = run(crmd, {"cibadmin", "-P", "-X", R"(<diff format="2"><change operation="delete" path="/cib/configuration/nodes/node[@id='1']"/></diff>)"});
    CHECK(ran.status == 0);
    CHECK(ran.last().commit().base_version() == "0.5.3");
}

TEST_CASE("failures are forgotten through crmd; no crmd is told as such") {
    StandIn crmd;
    auto ran = run(crmd, {"crm_resource", "-C", "-r", "db", "-N", "node1"});
    REQUIRE(ran.last().has_cleanup());
    CHECK(ran.last().cleanup().resource() == "db");
    ran = run(crmd, {"crm_failcount", "-D", "-r", "db", "-N", "node1", "-n", "monitor", "-I", "10s"});
    CHECK(ran.last().cleanup().interval_ms() == 10000);
    Context context;
    context.program = "crm_node";
    context.arguments = {"-n"};
    context.environment = {{"MUSTER_RUN_DIR", "/nonexistent"}};
    CHECK(find_program("crm_node")(context) == 102);
    CHECK_FALSE(context.err.empty());
}
