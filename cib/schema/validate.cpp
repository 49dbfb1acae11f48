#include "base/text.h"
#include "cib/schema/diagnose.h"
#include "cib/schema/relax_ng.h"
#include "cib/schema/schema.h"

namespace muster::cib {
namespace {

// "pacemaker-N.M" with what there has been: 0.6 to 4.0; "none" turns the grammar off; transitional names are old.
bool known_schema(std::string_view name) {
    if (name.empty() || name == "none" || starts_with(name, "transitional-") || name == "pacemaker-next") return true;
    if (!starts_with(name, "pacemaker-")) return false;
    const auto numbers = split(name.substr(10), '.');
    if (numbers.size() != 2) return false;
    const auto major = parse_int(numbers[0]);
    const auto minor = parse_int(numbers[1]);
    return major && minor && *major >= 0 && *major <= 4 && *minor >= 0 && (*major < 4 || *minor == 0) &&
           *minor <= 99;
}

// libxml2 reports a fault at each level on the way out; the first is the innermost.
Complaint innermost(const std::vector<RawComplaint>& raw) {
    return {raw.front().element, {}, {}, raw.front().line, raw.front().text};
}

}  // namespace

std::vector<Complaint> validate(const xml::Element& cib) {
    std::vector<Complaint> complaints;
    const std::string& schema = cib.get("validate-with");
    if (!known_schema(schema)) {
        complaints.push_back({cib.name(), {}, "validate-with", cib.line(),
                              "\"" + schema + "\" is no schema that is known here, expected pacemaker-1.0 to " +
                                  std::string{kNewestSchema}});
    }
    if (schema == "none") return complaints;
    if (const auto raw = check_grammar(cib); !raw.empty()) {
        auto found = diagnose(cib);
        if (found.empty()) found.push_back(innermost(raw));
        complaints.insert(complaints.end(), found.begin(), found.end());
    }
    for (auto& c : check_references(cib)) {
        // The grammar has complained about ids that are no names.
        if (c.fatal) complaints.push_back(std::move(c));
    }
    return complaints;
}

}  // namespace muster::cib
