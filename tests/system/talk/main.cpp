// lab_talk: what the lab's tests ask of crmd, as a program to run inside a node.
//
//   lab_talk state                 one "name value" line for each fact
//   lab_talk wait SECONDS COUNT    until COUNT members have joined, there is a DC and the cluster is idle
//   lab_talk joined SECONDS COUNT  the same, whether there is work or not
//   lab_talk cib                   the document
//   lab_talk load                  makes the configuration on standard input (a <configuration> or <cib>) the cluster's
//   lab_talk edits NAME            commits edits NAME-1, NAME-2, ... until it is ended; one line for each: "acked NAME-n"
//                                  when it was acknowledged, "found NAME-n" when a repeat after an unknown outcome says
//                                  that it is there already
#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <optional>
#include <string>

#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"

namespace {

using namespace muster;
namespace proto = crmd::proto;

int say(const Error& error) {
    fmt::print(stderr, "lab_talk: {}\n", error.message);
    return 1;
}

void print(const proto::ClusterState& s) {
    fmt::print("node {}\ndc {}\ndc_reason {}\nera {}\nquorum {}\nidle {}\n", s.node(), s.dc(), s.dc_reason(), s.era(),
               s.quorum(), s.idle());
    for (const auto& m : s.members()) fmt::print("member {} {}{}\n", m.name(), m.state(), m.joined() ? " joined" : "");
    for (const auto& f : s.fencing()) fmt::print("fencing {} {} {}\n", f.target(), f.state(), f.error());
    for (const auto& why : s.waiting_for()) fmt::print("waiting {}\n", why);
    for (const auto& voter : s.voters_missing()) fmt::print("missing {}\n", voter);
}

int show_state() {
    auto crmd = client::Crmd::connect("lab_talk");
    if (!crmd) return say(crmd.error());
    const auto state = crmd->cluster_state();
    if (!state) return say(state.error());
    print(*state);
    return 0;
}

bool settled(const proto::ClusterState& s, int count, bool idle) {
    int joined = 0;
    for (const auto& m : s.members()) joined += m.joined() ? 1 : 0;
    if (joined < count || s.dc().empty()) return false;
    return !idle || (s.idle() && s.waiting_for().empty());
}

int wait(int wait_seconds, int count, bool idle) {
    std::optional<proto::ClusterState> last;
    for (int i = 0; i < wait_seconds * 50; ++i, ::usleep(20'000)) {
        auto crmd = client::Crmd::connect("lab_talk");
        if (!crmd) continue;
        const auto state = crmd->cluster_state();
        if (!state) continue;
        last = *state;
        if (settled(*last, count, idle)) return 0;
    }
    fmt::print(stderr, "lab_talk: not settled within {} s\n", wait_seconds);
    if (last) print(*last);
    return 1;
}

int show_cib() {
    auto crmd = client::Crmd::connect("lab_talk");
    if (!crmd) return say(crmd.error());
    proto::Message ask;
    ask.mutable_get_cib();
    const auto answer = crmd->request(ask, seconds{10});
    if (!answer) return say(answer.error());
    fmt::print("{}\n", answer->cib_text().xml());
    return 0;
}

int load() {
    const std::string xml{std::istreambuf_iterator<char>{std::cin}, {}};
    auto crmd = client::Crmd::connect("lab_talk");
    if (!crmd) return say(crmd.error());
    proto::Message message;
    message.mutable_commit()->set_configuration_xml(xml);
    const auto answer = crmd->request(std::move(message), seconds{20});
    return answer ? 0 : say(answer.error());
}

Result<void> commit(client::Crmd& crmd, const std::string& verb, const std::string& section, const std::string& xpath,
                    const std::string& xml) {
    proto::Message message;
    auto& operation = *message.mutable_commit()->mutable_operations()->add_operation();
    operation.set_verb(verb);
    operation.set_section(section);
    operation.set_xpath(xpath);
    operation.set_input_xml(xml);
    operation.set_allow_create(verb == "modify");
    message.mutable_commit()->set_message("numbered edit");
    const auto answer = crmd.request(std::move(message), seconds{15});
    if (!answer) return tl::make_unexpected(answer.error());
    return {};
}

// One edit until its outcome is known: a repeat of one that was applied is refused as "exists".
void edit(std::optional<client::Crmd>& crmd, const std::string& id) {
    const std::string set = R"(<cluster_property_set id="lab-edits"/>)";
    const std::string pair = fmt::format(R"(<nvpair id="edit-{0}" name="edit-{0}" value="1"/>)", id);
    while (true) {
        if (!crmd) {
            auto fresh = client::Crmd::connect("lab_talk");
            if (fresh) crmd.emplace(std::move(*fresh));
        }
        if (!crmd) {
            ::usleep(50'000);
            continue;
        }
        const auto done = commit(*crmd, "create", "", "//cluster_property_set[@id='lab-edits']", pair);
        if (done || done.error().code == ErrorCode::exists) {
            fmt::print("{} {}\n", done ? "acked" : "found", id);
            std::fflush(stdout);
            return;
        }
        if (done.error().code == ErrorCode::not_found) {
            (void)commit(*crmd, "modify", "crm_config", "", set);  // the next round says whether it is there
            continue;
        }
        fmt::print("again {} {}\n", id, done.error().message);
        std::fflush(stdout);
        crmd.reset();
        ::usleep(50'000);
    }
}

[[noreturn]] void edits(const std::string& name) {
    std::optional<client::Crmd> crmd;
    for (unsigned n = 1;; ++n) edit(crmd, fmt::format("{}-{}", name, n));
}

}  // namespace

int main(int argc, char** argv) {
    const std::string verb = argc > 1 ? argv[1] : "";
    if (verb == "state" && argc == 2) return show_state();
    if (verb == "wait" && argc == 4) return wait(std::atoi(argv[2]), std::atoi(argv[3]), true);
    if (verb == "joined" && argc == 4) return wait(std::atoi(argv[2]), std::atoi(argv[3]), false);
    if (verb == "cib" && argc == 2) return show_cib();
    if (verb == "load" && argc == 2) return load();
    if (verb == "edits" && argc == 3) edits(argv[2]);
    fmt::print(stderr, "usage: lab_talk state | wait SECONDS COUNT | joined SECONDS COUNT | cib | load | edits NAME\n");
    return 2;
}
