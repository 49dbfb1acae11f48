// One change of the stored document by a command outside the configure level: loaded, changed, shown, checked, stored.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cib/model/cib.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

struct Intent {
    std::string message;             // what was asked, for the history: "resource stop web"
    std::vector<std::string> about;  // resources and nodes whose stop is what was asked for
};

// Shows what the change will cause; asks where something else stops; --dry-run stores nothing.
int change_cib(Context& context, const Intent& intent, const std::function<Result<void>(cib::Cib&)>& edit);
// Shows what `after` will cause that `before` does not, and asks where that is a surprise.  A status means: end here with it
// (a person said no, or it is a dry run).
std::optional<int> announce(Context& context, const cib::Cib& before, const cib::Cib& after, const Intent& intent);
// The same for what crmd does itself: `edit` does to a copy what crmd will do.
std::optional<int> foretell(Context& context, const Intent& intent, const std::function<void(cib::Cib&)>& edit);
// With -w: until the cluster is idle again.
int wait_for_cluster(Context& context);
// The words of a command as they were typed: "resource stop web".
std::string typed(const Args& args);

// What the cluster would do after the change that it would not do before it, a line each.
struct Effect {
    std::string text;
    bool surprise = false;  // a stop or a fencing of something that was not named
};
std::vector<Effect> effects(const cib::Cib& before, const cib::Cib& after, const std::vector<std::string>& about,
                            WallTime now);

// Attribute sets of an object ("meta_attributes", ...); a set with a rule or a reference is left alone.
void put_value(xml::Element& object, const std::string& set, const std::string& set_id, const std::string& name,
               const std::string& value);
bool drop_value(xml::Element& object, const std::string& set, const std::string& name);
const std::string* find_value(const xml::Element& object, const std::string& set, const std::string& name);

}  // namespace muster::crm
