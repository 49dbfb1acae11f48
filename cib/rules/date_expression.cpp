#include "cib/rules/date_expression.h"

#include <optional>

#include "base/text.h"

namespace muster::cib {
namespace {

struct SpecField {
    std::string_view name;
    std::int64_t (*value)(const CivilTime&);
    int step_s;  // how often it may change
};
constexpr int kDaySeconds = 86'400;
constexpr SpecField kFields[] = {
    {"seconds", [](const CivilTime& t) -> std::int64_t { return t.second; }, 1},
    {"minutes", [](const CivilTime& t) -> std::int64_t { return t.minute; }, 60},
    {"hours", [](const CivilTime& t) -> std::int64_t { return t.hour; }, 3600},
    {"monthdays", [](const CivilTime& t) -> std::int64_t { return t.day; }, kDaySeconds},
    {"weekdays", [](const CivilTime& t) -> std::int64_t { return t.week_day; }, kDaySeconds},
    {"yeardays", [](const CivilTime& t) -> std::int64_t { return t.year_day; }, kDaySeconds},
    {"months", [](const CivilTime& t) -> std::int64_t { return t.month; }, kDaySeconds},
    {"weeks", [](const CivilTime& t) -> std::int64_t { return t.week; }, kDaySeconds},
    {"weekyears", [](const CivilTime& t) -> std::int64_t { return t.week_year; }, kDaySeconds},
    {"years", [](const CivilTime& t) -> std::int64_t { return t.year; }, kDaySeconds},
};

// "5", "5-9", "5-", "-9".
bool in_range(std::string_view range, std::int64_t v) {
    const std::string_view r = trim(range);
    if (r.empty()) return false;
    const std::size_t dash = r.find('-');
    if (dash == std::string_view::npos) {
        const auto exact = parse_int(r);
        return exact && *exact == v;
    }
    const std::string_view low = trim(r.substr(0, dash));
    const std::string_view high = trim(r.substr(dash + 1));
    if (low.empty() && high.empty()) return false;
    const auto from = parse_int(low);
    const auto to = parse_int(high);
    if ((!low.empty() && !from) || (!high.empty() && !to)) return false;
    return (low.empty() || *from <= v) && (high.empty() || v <= *to);
}

// A day is asked for at most this many times: beyond a year ahead the next look is soon enough.
constexpr int kMostSteps = 370;

void note_next_change(const xml::Element& spec, const EvalContext& context, bool now_matches) {
    if (context.next_change == nullptr) return;
    int step = kDaySeconds;
    for (const SpecField& f : kFields) {
        if (spec.has(f.name) && f.step_s < step) step = f.step_s;
    }
    std::int64_t s = context.now.to_seconds() + context.utc_offset_s;
    for (int i = 0; i < kMostSteps; ++i) {
        const std::int64_t past = s % step;
        s += step - (past < 0 ? past + step : past);
        const WallTime t = WallTime::from_seconds(s - context.utc_offset_s);
        if (date_spec_matches(spec, to_civil(t, context.utc_offset_s)) != now_matches) return context.changes_at(t);
    }
    context.changes_at(WallTime::from_seconds(s - context.utc_offset_s));
}

bool spec_expression(const xml::Element& e, const EvalContext& context) {
    const xml::Element* spec = e.child("date_spec");
    if (spec == nullptr) {
        context.problem("date_expression \"" + e.id() + "\": operation date_spec without a <date_spec>");
        return false;
    }
    const bool matches = date_spec_matches(*spec, to_civil(context.now, context.utc_offset_s));
    note_next_change(*spec, context, matches);
    return matches;
}

// A bound that is written wrongly makes the expression false.
struct Bound {
    bool wrong = false;
    std::optional<WallTime> at;
};

Bound bound_of(const xml::Element& e, std::string_view attribute, const EvalContext& context) {
    const std::string* text = e.find(attribute);
    if (text == nullptr) return {};
    const auto t = parse_date_time(*text, context.utc_offset_s);
    if (!t) {
        context.problem("date_expression \"" + e.id() + "\": " + std::string{attribute} + " " + t.error().message);
        return {true, std::nullopt};
    }
    return {false, *t};
}

constexpr Duration kSecond = std::chrono::seconds{1};

bool range_expression(const xml::Element& e, const EvalContext& context) {
    const Bound start = bound_of(e, "start", context);
    Bound end = bound_of(e, "end", context);
    if (start.wrong || end.wrong) return false;
    const xml::Element* duration = e.child("duration");
    if (!end.at && start.at && duration != nullptr) {
        end.at = add(*start.at, duration_of(*duration), context.utc_offset_s);
    }
    if (!start.at && !end.at) {
        context.problem("date_expression \"" + e.id() + "\": in_range needs a start or an end");
        return false;
    }
    const WallTime now = WallTime::from_seconds(context.now.to_seconds());
    if (start.at && now < *start.at) {
        context.changes_at(*start.at);
        return false;
    }
    if (end.at) {
        if (now > *end.at) return false;
        context.changes_at(*end.at + kSecond);
    }
    return true;
}

bool after_expression(const xml::Element& e, const EvalContext& context) {
    const Bound start = bound_of(e, "start", context);
    if (!start.at) return false;
    const WallTime now = WallTime::from_seconds(context.now.to_seconds());
    if (now > *start.at) return true;
    context.changes_at(*start.at + kSecond);
    return false;
}

bool before_expression(const xml::Element& e, const EvalContext& context) {
    const Bound end = bound_of(e, "end", context);
    if (!end.at) return false;
    const WallTime now = WallTime::from_seconds(context.now.to_seconds());
    if (now >= *end.at) return false;
    context.changes_at(*end.at);
    return true;
}

}  // namespace

bool date_spec_matches(const xml::Element& spec, const CivilTime& t) {
    for (const SpecField& f : kFields) {
        const std::string* range = spec.find(f.name);
        if (range != nullptr && !in_range(*range, f.value(t))) return false;
    }
    return true;
}

CalendarDuration duration_of(const xml::Element& duration) {
    const auto count = [&](std::string_view name) { return parse_int(trim(duration.get(name))).value_or(0); };
    CalendarDuration d;
    d.years = count("years");
    d.months = count("months");
    d.weeks = count("weeks");
    d.days = count("days");
    d.hours = count("hours");
    d.minutes = count("minutes");
    d.seconds = count("seconds");
    return d;
}

bool date_expression(const xml::Element& e, const EvalContext& context) {
    const std::string& operation = e.get("operation");
    if (operation.empty() || iequals(operation, "in_range")) return range_expression(e, context);
    if (iequals(operation, "gt")) return after_expression(e, context);
    if (iequals(operation, "lt")) return before_expression(e, context);
    if (iequals(operation, "date_spec") || iequals(operation, "in_spec")) return spec_expression(e, context);
    context.problem("date_expression \"" + e.id() + "\": unknown operation \"" + operation + "\"");
    return false;
}

}  // namespace muster::cib
