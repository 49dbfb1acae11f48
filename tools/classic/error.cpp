// crm_error: what a code means.
#include <fmt/format.h>

#include <cstring>

#include "base/text.h"
#include "tools/classic/error_table.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"name", 'n', Takes::nothing, "Show the name, too"},
        {"list", 'l', Takes::nothing, "Show all known codes"},
        {"exit", 'X', Takes::nothing, "Codes are exit statuses"},
        {"rc", 'r', Takes::nothing, "Codes are return codes"},
    });
    return all;
}

const ErrorEntry* find(const std::vector<ErrorEntry>& table, int code) {
    for (const ErrorEntry& e : table) {
        if (e.code == code) return &e;
    }
    return nullptr;
}

enum class Kind { exit, function, legacy };

struct Explained {
    int code;
    std::string name;
    std::string text;
};

std::string system_words(int code) {
    char buffer[128];
    return strerror_r(code, buffer, sizeof buffer);
}

Explained explain(Kind kind, int code) {
    if (kind == Kind::exit) {
        const auto e = exit_entry(code);
        return {code, e.name, e.text};
    }
    if (kind == Kind::function && code <= 0) {
        if (const auto* e = find(return_table(), code)) return {code, e->name, e->text};
        return {code, "Unknown", "Error"};
    }
    // Old functions returned their codes below 0 as well.
    const int positive = kind == Kind::legacy && code < 0 ? -code : code;
    if (kind == Kind::legacy) {
        if (const auto* e = find(legacy_table(), positive)) return {code, e->name, e->text};
    }
    if (const auto* e = find(errno_table(), positive)) return {code, e->name, e->text};
    return {code, "Unknown", system_words(positive)};
}

std::vector<Explained> all_of(Kind kind) {
    std::vector<Explained> all;
    const auto add = [&](const std::vector<ErrorEntry>& table, bool system) {
        for (const auto& e : table) {
            if (system || e.code != 0 || kind != Kind::legacy) all.push_back({e.code, e.name, e.text});
        }
    };
    if (kind == Kind::exit) add(exit_table(), false);
    if (kind == Kind::function) add(return_table(), false);
    if (kind == Kind::legacy) {
        add({legacy_table().front()}, true);
        add(errno_table(), true);
        add(legacy_table(), false);
    }
    if (kind == Kind::function) add(errno_table(), true);
    return all;
}

void show(Report& report, const Explained& e, bool name, bool list) {
    xml::Element x{"result-code"};
    x.set("code", std::to_string(e.code));
    if (name) x.set("name", e.name);
    x.set("description", e.text);
    std::string text;
    if (list) {
        text = name ? fmt::format("{:>5}: {:<27} {}\n", e.code, e.name, e.text) : fmt::format("{:>5}: {}\n", e.code, e.text);
    } else {
        text = name ? fmt::format("{} - {}\n", e.name, e.text) : e.text + "\n";
    }
    report.add(std::move(text), std::move(x));
}

}  // namespace

Exit crm_error(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "what a code means", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    const Kind kind = options->has("exit") ? Kind::exit : options->has("rc") ? Kind::function : Kind::legacy;
    const bool name = options->has("name");
    if (options->has("list") || options->rest().empty()) {
        for (const auto& e : all_of(kind)) show(report, e, name, true);
        return report.finish(kOk);
    }
    for (const auto& word : options->rest()) {
        const auto code = parse_int(word);
        if (!code) return report.finish(report.error(kUsage, fmt::format("\"{}\" is no code, expected a whole number", word)));
        show(report, explain(kind, static_cast<int>(*code)), name, false);
    }
    return report.finish(kOk);
}

}  // namespace muster::classic
