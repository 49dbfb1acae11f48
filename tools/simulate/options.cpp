#include "tools/simulate/options.h"

#include <fmt/format.h>

#include "base/text.h"

namespace muster::crm::simulate {
namespace {

struct Flag {
    std::string_view name;
    bool Options::*member;
    std::string_view text;
};
constexpr Flag kFlags[] = {
    {"--scores", &Options::scores, "show each resource's score on each node and what it is made of"},
    {"--run", &Options::run, "play the transition to its end and show the status after it"},
    {"--json", &Options::json, "the same as -o json"},
    {"--quiet", &Options::quiet, "write files only, no text"},
    {"--help", &Options::help, "this text"},
};

struct Value {
    std::string_view name;
    std::string Options::*member;
    std::string_view word;
    std::string_view text;
};
constexpr Value kValues[] = {
    {"--in", &Options::in, "FILE", "the CIB to start from (- for standard input; default: the running cluster)"},
    {"--graph", &Options::graph, "FILE", "write the transition graph as XML"},
    {"--dot", &Options::dot, "FILE", "write the transition graph for Graphviz"},
    {"--placement", &Options::placement, "FILE", "write who runs where, before and after, as JSON"},
    {"--save", &Options::save, "FILE", "with --run: write the CIB after the transition"},
    {"--save-input", &Options::save_input, "FILE", "write the CIB with the changes below, before it is planned"},
    {"--at", &Options::at, "TIME", "evaluate at that time: ISO 8601 or @SECONDS"},
};

struct ChangeOption {
    std::string_view name;
    ChangeKind kind;
    std::string_view word;
    std::string_view text;
};
constexpr ChangeOption kChanges[] = {
    {"--node-up", ChangeKind::node_up, "NODE", "the node joins"},
    {"--node-down", ChangeKind::node_down, "NODE", "the node has left in order"},
    {"--node-fail", ChangeKind::node_fail, "NODE", "the node is lost"},
    {"--standby", ChangeKind::node_standby, "NODE", "the node is put on standby"},
    {"--online", ChangeKind::node_online, "NODE", "standby ends"},
    {"--maintenance", ChangeKind::node_maintenance, "NODE", "the node is in maintenance"},
    {"--op-inject", ChangeKind::inject, "OP", "this operation has failed: RESOURCE_TASK_INTERVALMS@NODE=RC"},
    {"--quorum", ChangeKind::quorum, "yes|no", "the cluster has, or has not, quorum"},
    {"--watchdog", ChangeKind::watchdog, "yes|no", "the cluster has a watchdog"},
    {"--ticket-grant", ChangeKind::ticket_grant, "TICKET", "the ticket is granted"},
    {"--ticket-revoke", ChangeKind::ticket_revoke, "TICKET", "the ticket is revoked"},
    {"--ticket-standby", ChangeKind::ticket_standby, "TICKET", "the ticket is on standby"},
    {"--ticket-activate", ChangeKind::ticket_activate, "TICKET", "the ticket's standby ends"},
    {"--attribute", ChangeKind::attribute, "NODE:NAME=VALUE", "set a node attribute (no value: remove it)"},
    {"--param", ChangeKind::parameter, "RESOURCE:NAME=VALUE", "set a resource's parameter"},
    {"--meta", ChangeKind::meta, "RESOURCE:NAME=VALUE", "set a resource's meta attribute"},
    {"--property", ChangeKind::property, "NAME=VALUE", "set a cluster property"},
};

// crm_simulate's letters, for hands that know them.
struct Short {
    std::string_view letter;
    std::string_view name;
};
constexpr Short kShort[] = {{"-x", "--in"},          {"-G", "--graph"},         {"-D", "--dot"},
                            {"-t", "--at"},          {"-s", "--scores"},        {"-S", "--run"},
                            {"-Q", "--quiet"},       {"-h", "--help"},          {"-u", "--node-up"},
                            {"-d", "--node-down"},   {"-f", "--node-fail"},     {"-i", "--op-inject"},
                            {"-F", "--op-fail"},     {"-q", "--quorum"},        {"-g", "--ticket-grant"},
                            {"-r", "--ticket-revoke"}, {"-b", "--ticket-standby"}, {"-e", "--ticket-activate"},
                            {"-O", "--save"},        {"-I", "--save-input"}};

Result<Change> split_change(const ChangeOption& option, const std::string& text) {
    Change c{option.kind, text, {}, {}, {}};
    const auto bad = [&] { return fail(fmt::format("{} \"{}\": expected {}", option.name, text, option.word)); };
    switch (option.kind) {
        case ChangeKind::inject: {
            auto fault = parse_fault(text);
            if (!fault) return tl::make_unexpected(fault.error());
            c.fault = std::move(*fault);
            return c;
        }
        case ChangeKind::quorum:
        case ChangeKind::watchdog:
            if (!parse_bool(text)) return bad();
            c.value = *parse_bool(text) ? "true" : "false";
            return c;
        case ChangeKind::attribute:
        case ChangeKind::parameter:
        case ChangeKind::meta:
        case ChangeKind::property: {
            const bool owned = option.kind != ChangeKind::property;
            const auto equals = text.find('=');
            const auto colon = owned ? text.substr(0, equals).rfind(':') : 0;
            if (equals == std::string::npos || colon == std::string::npos) return bad();
            c.target = owned ? text.substr(0, colon) : "";
            const std::size_t from = owned ? colon + 1 : 0;
            c.name = text.substr(from, equals - from);
            c.value = text.substr(equals + 1);
            if (c.name.empty() || (owned && c.target.empty())) return bad();
            return c;
        }
        default: return c;
    }
}

struct Cursor {
    const std::vector<std::string>& words;
    std::size_t at = 0;
};

// The option's value: after "=" or the next word.
Result<std::string> value_of(Cursor& cursor, const std::string& name, const std::optional<std::string>& attached) {
    if (attached) return *attached;
    const bool none = cursor.at + 1 >= cursor.words.size() || starts_with(cursor.words[cursor.at + 1], "--");
    if (none) return fail(fmt::format("{} needs a value; see crm simulate --help", name));
    return cursor.words[++cursor.at];
}

Result<void> parse_valued(Options& o, Cursor& cursor, const std::string& name,
                          const std::optional<std::string>& attached) {
    const auto value = value_of(cursor, name, attached);
    if (!value) return tl::make_unexpected(value.error());
    for (const Value& v : kValues) {
        if (v.name == name) return o.*v.member = *value, Result<void>{};
    }
    for (const ChangeOption& option : kChanges) {
        if (option.name != name) continue;
        auto change = split_change(option, *value);
        if (!change) return tl::make_unexpected(change.error());
        o.changes.push_back(std::move(*change));
        return {};
    }
    if (name == "--op-fail") {
        auto fault = parse_fault(*value);
        if (!fault) return tl::make_unexpected(fault.error());
        o.faults.push_back(std::move(*fault));
        return {};
    }
    if (name == "--fence-fail") return o.failing_fencings.push_back(*value), Result<void>{};
    if (*value != "json" && *value != "text") return fail(fmt::format("-o \"{}\": expected text or json", *value));
    o.json = *value == "json";
    return {};
}

bool takes_value(std::string_view name) {
    for (const Value& v : kValues) {
        if (v.name == name) return true;
    }
    for (const ChangeOption& c : kChanges) {
        if (c.name == name) return true;
    }
    return name == "--op-fail" || name == "--fence-fail" || name == "-o" || name == "--output";
}

}  // namespace

Result<policy::OperationFault> parse_fault(std::string_view text) {
    const auto bad = [&] {
        return fail(fmt::format("\"{}\": expected RESOURCE_TASK_INTERVALMS@NODE=RC, such as web_monitor_10000@n1=7", text));
    };
    const auto equals = text.rfind('=');
    if (equals == std::string_view::npos) return bad();
    const auto rc = parse_int(text.substr(equals + 1));
    const std::string_view left = text.substr(0, equals);
    const auto at = left.rfind('@');
    if (!rc || *rc < 0 || *rc > 255 || at == std::string_view::npos) return bad();
    const std::string_view key = left.substr(0, at);
    const auto interval_at = key.rfind('_');
    if (interval_at == std::string_view::npos) return bad();
    const auto interval = parse_int(key.substr(interval_at + 1));
    std::string_view name = key.substr(0, interval_at);
    if (!interval || *interval < 0) return bad();
    constexpr std::string_view kTasks[] = {"migrate_to", "migrate_from", "monitor", "start", "stop", "promote", "demote",
                                           "reload-agent", "reload", "notify"};
    for (const std::string_view task : kTasks) {
        if (name.size() <= task.size() + 1 || !ends_with(name, task)) continue;
        if (name[name.size() - task.size() - 1] != '_') continue;
        name.remove_suffix(task.size() + 1);
        return policy::OperationFault{std::string{name}, std::string{task}, milliseconds{*interval},
                                      std::string{left.substr(at + 1)}, static_cast<int>(*rc)};
    }
    return bad();
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options o;
    Cursor cursor{arguments};
    for (; cursor.at < arguments.size(); ++cursor.at) {
        std::string name = arguments[cursor.at];
        std::optional<std::string> attached;
        if (const auto equals = name.find('='); starts_with(name, "--") && equals != std::string::npos) {
            attached = name.substr(equals + 1);
            name.resize(equals);
        }
        for (const Short& s : kShort) {
            if (s.letter == name) name = s.name;
        }
        bool known = false;
        for (const Flag& f : kFlags) {
            if (f.name != name) continue;
            o.*f.member = true;
            known = true;
        }
        if (known) continue;
        if (!takes_value(name)) return fail(fmt::format("unknown option \"{}\"; see crm simulate --help", name));
        if (auto done = parse_valued(o, cursor, name, attached); !done) return tl::make_unexpected(done.error());
    }
    o.run = o.run || !o.faults.empty() || !o.failing_fencings.empty();
    return o;
}

std::string usage() {
    std::string out =
        "usage: crm simulate [--in CIB.xml] [options]\n\n"
        "What the cluster would do about a CIB, by the cluster's own planner.  Nothing is changed.\n\n";
    const auto line = [&](std::string_view name, std::string_view word, std::string_view text) {
        out += fmt::format("  {:<34} {}\n", word.empty() ? std::string{name} : fmt::format("{} {}", name, word), text);
    };
    for (const Value& v : kValues) line(v.name, v.word, v.text);
    for (const Flag& f : kFlags) line(f.name, "", f.text);
    line("-o", "text|json", "how to print");
    out += "\nChanges made first, in this order:\n";
    for (const ChangeOption& c : kChanges) line(c.name, c.word, c.text);
    out += "\nFaults while the transition is played (they imply --run):\n";
    line("--op-fail", "OP", "this operation fails: RESOURCE_TASK_INTERVALMS@NODE=RC");
    line("--fence-fail", "NODE", "fencing the node fails");
    return out;
}

}  // namespace muster::crm::simulate
