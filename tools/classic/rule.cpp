// crm_rule: is a rule in effect at a moment?
#include <fmt/format.h>

#include "base/text.h"
#include "base/xml/parse.h"
#include "cib/change/operation.h"
#include "cib/rules/iso8601.h"
#include "cib/rules/rule.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

using xml::Element;

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"check", 'c', Takes::nothing, "Say whether the rules are in effect"},
        {"xml-text", 'X', Takes::value, "The CIB itself (\"-\": standard input)"},
        {"date", 'd', Takes::value, "At this date (default: now)"},
        {"rule", 'r', Takes::value, "Id of the rule (may be given several times)"},
    });
    return all;
}

struct Verdict {
    Exit status = kOk;
    std::string text;     // for a rule that could be judged
    std::string problem;  // why it could not
};

void dates_below(const Element& rule, std::vector<const Element*>& found) {
    for (const Element& c : rule.children()) {
        if (c.name() == "date_expression") found.push_back(&c);
        if (c.name() == "rule") dates_below(c, found);
    }
}

const Element* find_rule(const Element& e, const std::string& id) {
    if (e.name() == "rule" && e.id() == id) return &e;
    for (const Element& c : e.children()) {
        if (const Element* found = find_rule(c, id)) return found;
    }
    return nullptr;
}

// A rule without a year comes again: neither "expired" nor "not yet" can be said of it.
std::string judgeable(const Element& date) {
    const Element* spec = date.child("date_spec");
    if (spec && (!spec->has("years") || spec->has("moon"))) {
        return "Rule must either not use date_spec, or use date_spec with years= but not moon=";
    }
    return {};
}

// The last year that a list of ranges has, and the first.
std::optional<std::int64_t> edge_year(const std::string& years, bool last) {
    const auto dash = years.find('-');
    if (dash == std::string::npos) return parse_int(years);
    return parse_int(last ? years.substr(dash + 1) : years.substr(0, dash));
}

enum class When { before, within, after, outside };

When when(const Element& date, WallTime now, bool in_effect) {
    if (in_effect) return When::within;
    const Element* spec = date.child("date_spec");
    if (spec) {
        const std::int64_t year = cib::to_civil(now).year;
        const auto first = edge_year(spec->get("years"), false);
        const auto last = edge_year(spec->get("years"), true);
        if (first && year < *first) return When::before;
        if (last && year > *last) return When::after;
        return When::outside;
    }
    if (date.has("start")) {
        const auto start = cib::parse_date_time(date.get("start"));
        if (start && now < *start) return When::before;
    }
    return date.get("operation") == "gt" ? When::before : When::after;
}

Verdict judge(const Element& cib, const std::string& id, WallTime now) {
    const Element* rule = find_rule(cib, id);
    if (!rule) return {kNoSuch, {}, "Rule not found"};
    std::vector<const Element*> dates;
    dates_below(*rule, dates);
    if (dates.size() > 1) return {kUnimplemented, {}, "Rule has more than one date expression"};
    if (dates.empty()) return {kUnimplemented, {}, "Rule does not have a date expression"};
    if (auto problem = judgeable(*dates.front()); !problem.empty()) return {kUnimplemented, {}, std::move(problem)};
    cib::EvalContext evaluation;
    evaluation.now = now;
    const cib::IdIndex index{cib};
    const bool in_effect = cib::evaluate_condition(*dates.front(), evaluation, index);
    switch (when(*dates.front(), now, in_effect)) {
        case When::within: {
            const bool spec = dates.front()->child("date_spec") != nullptr;
            return {kOk, fmt::format("Rule {} {}", id, spec ? "satisfies conditions" : "is still in effect"), {}};
        }
        case When::before: return {kNotYet, fmt::format("Rule {} has not yet taken effect", id), {}};
        case When::after: return {kExpired, fmt::format("Rule {} is expired", id), {}};
        case When::outside: return {kUnsatisfied, fmt::format("Rule {} does not satisfy conditions", id), {}};
    }
    return {};
}

Result<Element> load(Context& context, const Options& options) {
    if (!options.has("xml-text")) {
        auto store = open_store(context);
        if (!store) return tl::make_unexpected(store.error());
        return (*store)->read();
    }
    const std::string given = options.get("xml-text");
    auto bytes = given == "-" ? context.read_stdin() : Result<std::string>{given};
    if (!bytes) return tl::make_unexpected(bytes.error());
    auto parsed = xml::parse(*bytes);
    if (!parsed) return fail(fmt::format("Couldn't parse input string: {}", trim(*bytes)));
    return parsed;
}

}  // namespace

Exit crm_rule(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "evaluate rules of the configuration", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    if (!options->has("check")) return report.finish(report.error(kUsage, "No mode operation given"));
    if (!options->has("rule")) return report.finish(report.error(kUsage, "--check requires use of --rule="));
    WallTime now = context.now;
    if (options->has("date")) {
        const auto date = cib::parse_date_time(options->get("date"));
        if (!date) return report.finish(report.error(kData, fmt::format("Invalid date/time: {}", date.error().message)));
        now = *date;
    }
    const auto cib = load(context, *options);
    if (!cib) {
        return report.finish(report.error(cib.error().code == ErrorCode::invalid ? kData : exit_of(cib.error()), cib.error().message));
    }
    Exit last = kOk;
    for (const auto& id : options->all("rule")) {
        const Verdict v = judge(*cib, id, now);
        report.add(v.text.empty() ? "" : v.text + "\n",
                   Element{"rule-check", {{"rule-id", id}, {"rc", std::to_string(v.status)}}});
        if (!v.problem.empty()) {
            const std::string words = fmt::format("Could not determine whether rule {} is in effect: {}", id, v.problem);
            report.plain_error(words);
        }
        last = v.status;
    }
    return report.finish(last);
}

}  // namespace muster::classic
