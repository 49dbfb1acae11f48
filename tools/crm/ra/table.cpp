// The ra level in the command table.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

#include "base/os/files.h"
#include "base/text.h"
#include "tools/crm/ra/catalog.h"
#include "tools/crm/ra/conformance.h"
#include "tools/crm/ra/create.h"
#include "tools/crm/ra/info.h"
#include "tools/crm/shell/context.h"
#include "tools/crm/table/all.h"

namespace muster::crm {
namespace {

int print_columns(Context& context, const std::vector<std::string>& words) {
    std::size_t widest = 1;
    for (const auto& w : words) widest = std::max(widest, w.size());
    const std::size_t columns = std::max<std::size_t>(1, static_cast<std::size_t>(std::max(context.width, 20)) / (widest + 2));
    for (std::size_t i = 0; i < words.size(); ++i) {
        const bool last = (i + 1) % columns == 0 || i + 1 == words.size();
        context.out << (last ? words[i] : fmt::format("{:<{}}", words[i], widest + 2)) << (last ? "\n" : "");
    }
    return kOk;
}

int classes(Context& context, const Args&) {
    for (const auto& klass : agent_classes()) {
        context.out << klass;
        if (klass == "ocf") context.out << " / " << join(agent_providers(), " ");
        context.out << "\n";
    }
    return kOk;
}

int providers(Context& context, const Args& args) {
    const std::string klass = args.size() > 1 ? args[1] : "ocf";
    if (klass != "ocf") return context.fail("only class ocf has providers");
    const auto found = agent_providers(args[0]);
    if (found.empty()) return context.fail("no provider has an agent \"" + args[0] + "\"");
    context.out << join(found, " ") << "\n";
    return kOk;
}

int list(Context& context, const Args& args) {
    auto types = agent_types(args[0], args.size() > 1 ? args[1] : "");
    return types ? print_columns(context, *types) : context.fail(types.error());
}

// "info IPaddr2", "info ocf:heartbeat:IPaddr2", and the older "info IPaddr2 ocf heartbeat".
Result<AgentName> named(const Args& args) {
    if (args.size() == 3) return find_agent(args[1] + ":" + args[2] + ":" + args[0]);
    if (args.size() == 2) return find_agent(args[1] + ":" + args[0]);
    return find_agent(args[0]);
}

int info(Context& context, const Args& args) {
    const auto name = named(args);
    if (!name) return context.fail(name.error());
    const auto meta = agent_meta(*name);
    if (!meta) return context.fail(meta.error());
    context.out << describe_agent(*name, *meta);
    return kOk;
}

// NAME=VALUE words after the agent's name.
Result<Parameters> parameters(const Args& args, std::size_t from) {
    Parameters out;
    for (std::size_t i = from; i < args.size(); ++i) {
        if (args[i] == "params") continue;
        const auto equals = args[i].find('=');
        if (equals == std::string::npos || equals == 0) return fail("\"" + args[i] + "\": expected <name>=<value>");
        out.emplace_back(args[i].substr(0, equals), args[i].substr(equals + 1));
    }
    return out;
}

int validate(Context& context, const Args& args) {
    const auto name = find_agent(args[0]);
    if (!name) return context.fail(name.error());
    const auto given = parameters(args, 1);
    if (!given) return context.fail(given.error());
    const auto meta = agent_meta(*name);
    if (!meta) return context.fail(meta.error());
    const auto problems = check_parameters(*meta, *given);
    for (const auto& p : problems) context.err << "ERROR: " << to_string(*name) << ": " << p << "\n";
    if (!problems.empty()) return kError;
    const bool can = std::any_of(meta->actions.begin(), meta->actions.end(), [](const auto& a) { return a.name == "validate-all"; });
    if (name->klass != "ocf" || !can) return kOk;
    const AgentRun run = run_agent({*name, agent_path(*name), *given}, "validate-all");
    if (run.rc == 0) return kOk;
    context.err << run.err;
    return context.fail(fmt::format("{}: validate-all gave {}", to_string(*name), run.rc));
}

int create(Context& context, const Args& given) {
    Args args = given;
    const bool cpp = args.take("cpp") || args.take("c++");
    args.take("shell");
    const auto text = new_agent(args[0], cpp ? AgentLanguage::cpp : AgentLanguage::shell);
    if (!text) return context.fail(text.error());
    const std::string path = args.size() > 1 ? args[1] : args[0] + (cpp ? ".cpp" : "");
    if (::access(path.c_str(), F_OK) == 0 && !context.options.force) return context.fail(path + " exists already (-F writes over it)");
    if (auto written = os::write_file_atomic(path, *text, cpp ? 0644 : 0755); !written) return context.fail(written.error());
    if (!cpp) ::chmod(path.c_str(), 0755);
    context.out << path << " is written; " << (cpp ? "its first line says how to build it" : "check it with: crm ra test ./" + path) << "\n";
    return kOk;
}

// An installed agent by name, or a file by path (with a slash).
Result<AgentUnderTest> under_test(const std::string& text) {
    AgentUnderTest agent;
    if (text.find('/') != std::string::npos) {
        if (::access(text.c_str(), X_OK) != 0) return fail(text + " is not there or has no execute permission");
        char* whole = ::realpath(text.c_str(), nullptr);
        agent.path = whole != nullptr ? whole : text;
        ::free(whole);
        const auto script = os::read_file(agent.path);
        const bool lsb = script && script->find("### BEGIN INIT INFO") != std::string::npos;
        agent.name = {lsb ? "lsb" : "ocf", lsb ? "" : "test", agent.path.substr(agent.path.rfind('/') + 1)};
        return agent;
    }
    const auto name = find_agent(text);
    if (!name) return tl::make_unexpected(name.error());
    if (name->klass != "ocf" && name->klass != "lsb") return fail("class " + name->klass + " can not be tested this way (ocf and lsb can)");
    agent.name = *name;
    agent.path = agent_path(*name);
    return agent;
}

int test(Context& context, const Args& given) {
    Args args = given;
    const bool here = args.take("--here");
    if (args.empty()) return context.usage(args, "which agent?");
    auto agent = under_test(args[0]);
    if (!agent) return context.fail(agent.error());
    auto params = parameters(args, 1);
    if (!params) return context.fail(params.error());
    agent->parameters = *params;
    agent->alone = !here;
    const auto body = [&] {
        context.out << agent->name.klass << " agent " << agent->path << "\n";
        const auto checks = check_conformance(*agent, [&](const ConformanceCheck& c) { context.out << to_line(c) << "\n" << std::flush; });
        const auto failed = std::count_if(checks.begin(), checks.end(), [](const auto& c) { return c.verdict == ConformanceCheck::Verdict::failed; });
        context.out << fmt::format("{} checks, {} failed\n", checks.size(), failed) << std::flush;
        return failed == 0 ? kOk : kError;
    };
    context.out << std::flush;
    if (here) return body();
    const auto code = in_sandbox(body);
    return code ? *code : context.fail(code.error());
}

}  // namespace

void add_ra(Table& table) {
    table.add(Level{"ra", {}, "Resource agents: which there are, what they say, whether they behave", ""});
    const auto add = [&table](const char* name, std::vector<std::string> aliases, const char* arguments, const char* summary,
                              const char* help, std::vector<Want> wants, std::size_t least, std::size_t most, Action run) {
        Command c;
        c.level = "ra";
        c.name = name;
        c.aliases = std::move(aliases);
        c.arguments = arguments;
        c.summary = summary;
        c.help = help;
        c.wants = std::move(wants);
        c.least = least;
        c.most = most;
        c.run = std::move(run);
        table.add(std::move(c));
    };
    add("classes", {}, "", "Classes of agents, and providers of class ocf", "", {}, 0, 0, classes);
    add("providers", {}, "<type> [<class>]", "Providers that have this agent", "", {Want::agent}, 1, 2, providers);
    add("list", {}, "<class> [<provider>]", "Agents of a class", "", {Want::keyword}, 1, 2, list);
    add("info", {"meta"}, "[<class>:[<provider>:]]<type>", "What an agent says of itself: parameters, defaults, operations",
        "Example:\n  info ocf:heartbeat:IPaddr2", {Want::agent}, 1, 3, info);
    add("validate", {}, "[<class>:[<provider>:]]<type> [<name>=<value>...]",
        "Check parameters against the agent's meta-data and its own validate-all", "", {Want::agent, Want::parameter}, 1, 1000, validate);
    add("new", {}, "<name> [shell|cpp] [<file>]", "Write a commented agent to begin with", "", {Want::word, Want::keyword, Want::file}, 1, 3, create);
    add("test", {}, "<agent>|<file> [--here] [<name>=<value>...]", "Start and stop an agent in a sandbox and check that it behaves",
        "The agent runs for real, in namespaces of its own (network, mounts, processes, /run); --here leaves them out.\n"
        "A file with a block \"### BEGIN INIT INFO\" is checked as an init script.",
        {Want::agent, Want::parameter}, 1, 1000, test);
}

}  // namespace muster::crm
