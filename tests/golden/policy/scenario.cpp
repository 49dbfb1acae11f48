#include "tests/golden/policy/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "base/text.h"
#include "policy-engine/digest.h"
#include "policy-engine/playback.h"
#include "policy-engine/playback_history.h"
#include "tools/crm/configure/apply.h"
#include "tools/crm/lang/parse.h"

namespace muster::golden {
namespace {

using Words = std::vector<std::string_view>;

// OCF Resource Agent API 1.1, "Return codes".
const std::map<std::string, int, std::less<>> kCodes = {
    {"ok", 0},          {"error", 1},         {"args", 2},    {"unimplemented", 3}, {"perm", 4},           {"installed", 5},
    {"configured", 6}, {"not_running", 7}, {"promoted", 8}, {"failed_promoted", 9}, {"pending", 193}};

class Reader {
  public:
    Result<Scenario> read(const std::vector<std::string>& lines) {
        s_.cib = cib::empty_cib();
        s_.cib.set("have-quorum", "1");
        std::vector<std::string> later;  // what needs the configuration
        for (const auto& line : lines) {
            const Words words = split_words(line);
            if (words.empty() || words[0].front() == '#') continue;
            const bool after = words[0] == "history" || words[0] == "attribute";
            if (after) later.push_back(line);
            else if (auto done = take(line, words); !done) return about(line, done.error());
        }
        auto applied = crm::apply(s_.cib.configuration, std::move(statements_), crm::ApplyMode::define);
        if (!applied) return tl::make_unexpected(applied.error());
        s_.cib.configuration = std::move(applied->configuration);
        for (const auto& line : later) {
            const Words words = split_words(line);
            if (auto done = words[0] == "history" ? history(words) : attribute(words); !done) return about(line, done.error());
        }
        return s_;
    }

  private:
    static tl::unexpected<Error> about(const std::string& line, const Error& e) { return fail(line + ": " + e.message); }

    Result<void> take(const std::string& line, const Words& words) {
        if (words[0] == "node") return node(words);
        if (words[0] == "quorum") {
            s_.cib.set("have-quorum", words.back() == "no" ? "0" : "1");
            return {};
        }
        if (words[0] == "now") {
            s_.now = WallTime::from_seconds(parse_int(words.back()).value_or(0));
            return {};
        }
        if (words[0] == "ticket") return ticket(words);
        const auto tokens = crm::lex(line);
        if (!tokens) return tl::make_unexpected(tokens.error());
        const auto statement = crm::parse_statement(*tokens, {});
        if (!statement) return fail(statement.error().message);
        statements_.push_back(*statement);
        return {};
    }

    Result<void> node(const Words& words) {
        if (words.size() < 2) return fail("expected: node NAME STATE");
        const std::string id = std::to_string(nodes_ + 1);
        const std::string name{words[1]};
        xml::Element e{"node", {{"id", id}, {"uname", name}}};
        xml::Element attributes{"instance_attributes", {{"id", "nodes-" + id}}};
        xml::Element utilization{"utilization", {{"id", "nodes-" + id + "-utilization"}}};
        std::string state = "online";
        for (std::size_t i = 2; i < words.size(); ++i) {
            const auto equals = words[i].find('=');
            if (equals == std::string_view::npos) {
                state = words[i];
                if (state == "standby" || state == "maintenance") set(attributes, id, state, "on");
            } else if (words[i].substr(0, equals) == "score") {
                e.set("score", std::string{words[i].substr(equals + 1)});
            } else if (starts_with(words[i], "has:")) {
                set(utilization, id, words[i].substr(4, equals - 4), words[i].substr(equals + 1));
            } else {
                set(attributes, id, words[i].substr(0, equals), words[i].substr(equals + 1));
            }
        }
        const bool remote = state == "remote" || state == "guest";  // a guest is known by its resource alone
        if (state == "remote") e.set("type", "remote");
        if (!attributes.children().empty()) e.add(attributes);
        if (!utilization.children().empty()) e.add(utilization);
        if (state != "guest") s_.cib.configuration.child_or_add("nodes").add(e);
        ++nodes_;
        if (state == "unseen") return {};  // configured, and never heard of
        cib::NodeState n;
        n.id = id;
        n.uname = name;
        n.has_lrm = true;
        const bool here = state != "offline" && state != "lost";
        n.in_ccm = here ? "true" : "false";
        n.crmd = here ? "online" : "offline";
        n.join = state == "pending" ? "pending" : here ? "member" : "down";
        n.expected = state == "offline" ? "down" : "member";
        n.transient = xml::Element{};
        if (remote) {
            n.id = name;
            n.crmd = n.join = n.expected = "";
            n.remote = true;
        }
        if (here && !remote && !s_.cib.find("dc-uuid")) s_.cib.set("dc-uuid", id);
        s_.cib.status.nodes.push_back(std::move(n));
        return {};
    }

    // ticket NAME granted=true standby=false ...
    Result<void> ticket(const Words& words) {
        if (words.size() < 3) return fail("expected: ticket NAME granted=true");
        xml::Element e{"ticket_state", {{"id", std::string{words[1]}}}};
        for (std::size_t i = 2; i < words.size(); ++i) {
            const auto equals = words[i].find('=');
            if (equals == std::string_view::npos) return fail(fmt::format("{}: expected NAME=VALUE", words[i]));
            e.set(std::string{words[i].substr(0, equals)}, std::string{words[i].substr(equals + 1)});
        }
        auto& others = s_.cib.status.others;
        if (others.empty()) others.push_back(xml::Element{"tickets"});
        others.front().add(e);
        return {};
    }

    static void set(xml::Element& nvset, const std::string& node, std::string_view name, std::string_view value) {
        nvset.add(xml::Element{"nvpair", {{"id", fmt::format("nodes-{}-{}", node, name)}, {"name", std::string{name}}, {"value", std::string{value}}}});
    }

    // Cuts the words at this one; what follows it.
    static Words end_at(Words& words, std::string_view mark) {
        const auto at = std::find(words.begin(), words.end(), mark);
        if (at == words.end()) return {};
        Words rest(at + 1, words.end());
        words.erase(at, words.end());
        return rest;
    }

    // history RSC NODE TASK[/INTERVAL]=RESULT ... [was NAME=VALUE ...]: with these parameters instead of today's;
    // force-restart=NAME,NAME is what the agent cannot reload.
    Result<void> history(Words words) {
        if (words.size() < 4) return fail("expected: history RESOURCE NODE OPERATION=RESULT");
        std::string id{words[1]};
        const auto known = implied(id);
        const xml::Element* primitive = known ? &*known : s_.cib.configuration.find_by_id(id.substr(0, id.find(':')));
        if (!primitive || primitive->name() != "primitive") return fail(fmt::format("there is no primitive {}", id));
        if (!s_.cib.status.node(words[2])) return fail(fmt::format("there is no node {}", words[2]));
        const Words was = end_at(words, "was");
        for (std::size_t i = 3; i < words.size(); ++i) {
            if (words[i].find("->") != std::string_view::npos) {
                if (auto done = migration(id, words[2], words[i]); !done) return done;
                continue;
            }
            const auto equals = words[i].find('=');
            const auto code = equals == std::string_view::npos ? kCodes.end() : kCodes.find(words[i].substr(equals + 1));
            if (code == kCodes.end()) return fail(fmt::format("{}: expected OPERATION=RESULT, such as monitor/10s=not_running", words[i]));
            const auto task = split(words[i].substr(0, equals), '/');
            policy::OperationResult r;
            r.resource = id;
            r.klass = primitive->get("class");
            r.provider = primitive->get("provider");
            r.type = primitive->get("type");
            r.task = task[0] == "probe" ? "monitor" : std::string{task[0]};
            r.node = std::string{words[2]};
            r.rc = code->second;
            r.expected_rc = task[0] == "probe" ? 7 : r.rc == 8 ? 8 : 0;
            if (task.size() > 1) {
                const auto interval = parse_interval(task[1]);
                if (!interval) return tl::make_unexpected(interval.error());
                r.interval = *interval;
            }
            if (const xml::Element* base = s_.cib.configuration.find_by_id(primitive->get("template"))) {
                r.klass = base->get("class");
                r.provider = base->get("provider");
                r.type = base->get("type");
            }
            policy::record(s_.cib, r, s_.now + seconds{-60 + std::min(results_++, 59)});
            if (!known) add_digest(*primitive, r, was);
        }
        return {};
    }

    // A guest's connection and the parts of a bundle are not written down; their agents are known by their names
    // (Pacemaker Explained, "Bundle": NAME-docker-0, NAME-ip-ADDRESS, NAME-0).
    std::optional<xml::Element> implied(const std::string& id) const {
        const xml::Element* of = s_.cib.configuration.find_by_id(id.substr(0, id.rfind('-')));
        const xml::Element* container = s_.cib.configuration.find_by_id(id.substr(0, id.find("-podman-")));
        const xml::Element* address = s_.cib.configuration.find_by_id(id.substr(0, id.find("-ip-")));
        const auto made = [](const char* provider, const char* type) {
            return xml::Element{"primitive", {{"class", "ocf"}, {"provider", provider}, {"type", type}}};
        };
        if (of && of->name() == "bundle") return made("pacemaker", "remote");
        if (container && container->name() == "bundle") return made("heartbeat", "podman");
        if (address && address->name() == "bundle") return made("heartbeat", "IPaddr2");
        const auto* node = s_.cib.status.node(id);
        if (node && node->remote && !s_.cib.configuration.find_by_id(id)) return made("pacemaker", "remote");
        return std::nullopt;
    }

    // The last entry was a migration: "n1->n2" says from where to where.
    Result<void> migration(const std::string& id, std::string_view node, std::string_view way) {
        const auto arrow = way.find("->");
        for (auto& history : s_.cib.status.node(node)->history) {
            if (history.id != id) continue;
            for (auto& op : history.ops) {
                if (op.operation != "migrate_to" && op.operation != "migrate_from") continue;
                op.migrate_source = std::string{way.substr(0, arrow)};
                op.migrate_target = std::string{way.substr(arrow + 2)};
                return {};
            }
        }
        return fail(fmt::format("{}: expected a migrate_to or migrate_from before it", way));
    }

    // The parameters are as they were: without a digest the planner would take them for changed.
    void add_digest(const xml::Element& primitive, const policy::OperationResult& r, const Words& was) {
        std::map<std::string, std::string> values;
        if (const xml::Element* set = primitive.child("instance_attributes")) {
            for (const auto* pair : set->children_named("nvpair")) values[pair->get("name")] = pair->get("value");
        }
        std::string force_restart;
        for (const std::string_view word : was) {
            const auto equals = std::min(word.find('='), word.size() - 1);
            std::string value{word.substr(equals + 1)};
            if (word.substr(0, equals) == "force-restart") force_restart = replace_all(value, ",", " ");
            else values[std::string{word.substr(0, equals)}] = value;
        }
        milliseconds timeout{20'000};
        if (const xml::Element* operations = primitive.child("operations")) {
            for (const auto* op : operations->children_named("op")) {
                if (op->get("name") != r.task || parse_interval(op->get("interval", "0")).value_or(milliseconds{0}) != r.interval) continue;
                timeout = parse_interval(op->get("timeout", "20s")).value_or(timeout);
            }
        }
        values.try_emplace("CRM_meta_timeout", std::to_string(timeout.count()));
        const policy::Parameters parameters(values.begin(), values.end());
        for (auto& history : s_.cib.status.node(r.node)->history) {
            if (history.id != r.resource) continue;
            for (auto& op : history.ops) {
                if (op.operation != r.task || op.interval_ms != r.interval.count()) continue;
                op.op_digest = policy::all_digest(parameters, r.interval);
                if (force_restart.empty() || r.interval.count() > 0) continue;
                op.op_force_restart = force_restart;
                op.op_restart_digest = policy::restart_digest(parameters, force_restart);
            }
        }
    }

    Result<void> attribute(const Words& words) {
        policy::StatusEditor editor{s_.cib, s_.now, 0};
        for (std::size_t i = 2; i < words.size(); ++i) {
            const auto equals = words[i].find('=');
            if (equals == std::string_view::npos) return fail(fmt::format("{}: expected NAME=VALUE", words[i]));
            editor.set_transient(words[1], std::string{words[i].substr(0, equals)}, std::string{words[i].substr(equals + 1)});
        }
        return {};
    }

    Scenario s_;
    int nodes_ = 0;
    int results_ = 0;  // each a second after the one before it
    std::vector<crm::Statement> statements_;
};

}  // namespace

Result<Scenario> read_scenario(const std::vector<std::string>& lines) { return Reader{}.read(lines); }

}  // namespace muster::golden
