#include "crmd/musterd/ask.h"

#include <fmt/format.h>

#include "crmd/protocol/crmd.pb.h"
#include "fencing/protocol/fencing.pb.h"
#include "lrmd/protocol/lrmd.pb.h"

namespace muster::musterd {
namespace {

template <typename Message>
std::string ping_frame() {
    Message m;
    m.mutable_ping()->set_nonce(1);
    return m.SerializeAsString();
}

template <typename Message>
bool is_pong(std::string_view frame) {
    Message m;
    return m.ParseFromArray(frame.data(), static_cast<int>(frame.size())) && m.has_pong();
}

}  // namespace

Ask::Ask(os::Reactor& reactor, std::string run_folder, OnAnswer on_answer)
    : reactor_{reactor}, run_folder_{std::move(run_folder)}, on_answer_{std::move(on_answer)} {}

std::shared_ptr<os::Connection> Ask::connection(const std::string& name) {
    auto& slot = open_[name];
    if (slot && slot->open()) return slot;
    auto made = os::connect_frames(reactor_, fmt::format("{}/{}.sock", run_folder_, name));
    if (!made) return nullptr;
    slot = *made;
    slot->start([this, name](std::string_view frame) { on_frame(name, frame); }, [](const std::string&) {});
    if (name == "crmd") {
        crmd::proto::Message hello;
        hello.mutable_hello()->set_client("musterd");
        hello.mutable_hello()->set_level(1);
        slot->send(hello.SerializeAsString());
    }
    return slot;
}

void Ask::ping(const std::string& name) {
    const auto c = connection(name);
    if (!c) return;
    if (name == "lrmd") c->send(ping_frame<lrmd::proto::Message>());
    if (name == "fenced") c->send(ping_frame<fencing::proto::Message>());
    if (name == "crmd") c->send(ping_frame<crmd::proto::Message>());
}

bool Ask::leave() {
    const auto c = connection("crmd");
    if (!c) return false;
    crmd::proto::Message m;
    m.set_tag(1);
    m.mutable_stop_node();
    return c->send(m.SerializeAsString());
}

void Ask::on_frame(const std::string& name, std::string_view frame) {
    const bool pong = name == "lrmd"     ? is_pong<lrmd::proto::Message>(frame)
                      : name == "fenced" ? is_pong<fencing::proto::Message>(frame)
                                         : is_pong<crmd::proto::Message>(frame);
    if (pong) on_answer_(name);
}

}  // namespace muster::musterd
