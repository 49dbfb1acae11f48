// crm_resource -a and -A: the constraints about a resource, followed along colocations.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/score.h"
#include "tools/classic/resource.h"

namespace muster::classic {
namespace {

using xml::Element;

enum class Direction { dependents, dependencies };  // who is placed with it; what it is placed with

class Constraints {
  public:
    Constraints(const ResourceCall& call, const Element& section, bool recursive)
        : call_{call}, section_{section}, recursive_{recursive} {}

    Element run(const std::string& id) {
        locations(id, 0);
        for (const auto direction : {Direction::dependents, Direction::dependencies}) {
            visited_ = {id};
            colocations(id, direction, 0);
        }
        return std::move(all_);
    }

  private:
    void say(int level, const std::string& text) { call_.report.text(std::string(static_cast<std::size_t>(level) * 4, ' ') + text); }
    static std::string bullet(int level) { return level == 0 ? "" : "* "; }

    void locations(const std::string& id, int level) {
        bool first = true;
        for (const Element* c : section_.children_named("rsc_location")) {
            if (c->get("rsc") != id || !c->has("node")) continue;
            if (first) say(level, bullet(level) + "Locations:\n");
            first = false;
            say(level, fmt::format("  * Node {} (score={}, id={}, rsc={})\n", c->get("node"), c->get("score"), c->id(), id));
            all_.add(Element{"rsc_location", {{"node", c->get("node")}, {"rsc", id}, {"id", c->id()}, {"score", c->get("score")}}});
        }
    }

    std::vector<const Element*> about(const std::string& id, Direction direction) const {
        const char* near = direction == Direction::dependents ? "with-rsc" : "rsc";
        std::vector<const Element*> found;
        for (const Element* c : section_.children_named("rsc_colocation")) {
            if (c->get(near) == id) found.push_back(c);
        }
        std::stable_sort(found.begin(), found.end(), [&](const Element* a, const Element* b) {
            const auto score = [](const Element* c) { return parse_score(c->get("score", "0")).value_or(Score{}); };
            if (score(a) != score(b)) return score(a) > score(b);
            return other(*a, direction) < other(*b, direction);
        });
        return found;
    }
    static const std::string& other(const Element& c, Direction direction) {
        return c.get(direction == Direction::dependents ? "rsc" : "with-rsc");
    }

    void colocations(const std::string& id, Direction direction, int level) {
        const auto found = about(id, direction);
        if (found.empty()) return;
        say(level, bullet(level) + (direction == Direction::dependents ? "Resources colocated with " + id : "Resources " + id + " is colocated with") + ":\n");
        for (const Element* c : found) {
            const std::string& next = other(*c, direction);
            all_.add(Element{"rsc_colocation", {{"id", c->id()}, {"rsc", c->get("rsc")}, {"with-rsc", c->get("with-rsc")}, {"score", c->get("score")}}});
            if (visited_.count(next) != 0) {
                say(level, fmt::format("  * {} (id={} - loop)\n", next, c->id()));
                continue;
            }
            say(level, fmt::format("  * {} (score={}, id={})\n", next, c->get("score"), c->id()));
            locations(next, level + 1);
            if (!recursive_) continue;
            visited_.insert(next);
            colocations(next, direction, level + 1);
        }
    }

    const ResourceCall& call_;
    const Element& section_;
    bool recursive_;
    std::set<std::string> visited_;
    Element all_{"constraints"};
};

// A constraint is about the outermost resource, unless it was meant as it was named.
std::string outermost(const ResourceCall& call) {
    const Element* e = find_resource(call.cib, call.id);
    if (call.options.has("force")) return e->id();
    while (const Element* parent = parent_of(call.cib, e->id())) e = parent;
    return e->id();
}

}  // namespace

Exit show_constraints(const ResourceCall& call, bool recursive) {
    const Element* section = cib::find_section(call.cib, "constraints");
    if (!section) return kOk;
    Element all = Constraints{call, *section, recursive}.run(outermost(call));
    if (call.report.xml()) call.report.element(std::move(all));
    return kOk;
}

}  // namespace muster::classic
