#include "tools/crm/levels/change.h"

#include "tools/client/client.h"
#include "tools/crm/check/checks.h"
#include "tools/crm/configure/commit.h"

namespace muster::crm {

using xml::Element;

std::string typed(const Args& args) {
    std::string out = args.command->level + " " + args.command->name;
    if (!args.empty()) out += " " + to_line(args.words);
    return out;
}

std::optional<int> announce(Context& context, const cib::Cib& before, const cib::Cib& after, const Intent& intent) {
    auto store = context.store();
    if (!store) return context.fail(store.error());
    const bool live = (*store)->live();
    if (live || context.options.dry_run) {
        bool surprise = false;
        for (const auto& e : effects(before, after, intent.about, context.now())) {
            context.info((e.surprise ? "will also " : "will ") + e.text);
            surprise = surprise || e.surprise;
        }
        const bool ask = surprise && live && !context.options.dry_run;
        if (ask && !context.confirm("This stops what you did not ask to stop. Go on?")) return kError;
    }
    if (!context.options.dry_run) return std::nullopt;
    context.info("dry run: nothing was changed");
    return kOk;
}

int change_cib(Context& context, const Intent& intent, const std::function<Result<void>(cib::Cib&)>& edit) {
    auto store = context.store();
    if (!store) return context.fail(store.error());
    auto before = (*store)->load_to_change();
    if (!before) return context.fail(before.error());
    cib::Cib after = *before;
    if (auto done = edit(after); !done) return context.fail(done.error());
    if (auto end = announce(context, *before, after, intent)) return *end;
    if (auto done = (*store)->commit(after, before->version(), intent.message); !done) return context.fail(done.error());
    return wait_for_cluster(context);
}

std::optional<int> foretell(Context& context, const Intent& intent, const std::function<void(cib::Cib&)>& edit) {
    auto store = context.store();
    if (!store) return context.fail(store.error());
    auto before = (*store)->load_to_change();
    if (!before) return context.fail(before.error());
    cib::Cib after = *before;
    edit(after);
    return announce(context, *before, after, intent);
}

int wait_for_cluster(Context& context) {
    if (!context.options.wait) return kOk;
    auto store = context.store();
    if (!store) return context.fail(store.error());
    client::Crmd* crmd = (*store)->crmd();
    if (crmd == nullptr) return kOk;
    if (auto idle = crmd->wait_idle(minutes{20}); !idle) return context.fail(idle.error());
    return kOk;
}

namespace {

bool plain(const Element& set) { return !set.has("id-ref") && set.child("rule") == nullptr; }

}  // namespace

void put_value(Element& object, const std::string& set, const std::string& set_id, const std::string& name,
               const std::string& value) {
    Element* target = nullptr;
    for (auto& child : object.edit_children()) {
        if (child.name() != set || !plain(child)) continue;
        if (target == nullptr) target = &child;
        for (auto& nv : child.edit_children()) {
            if (nv.get("name") != name) continue;
            nv.set("value", value);
            return;
        }
    }
    if (target == nullptr) {
        Element fresh{set};
        fresh.set("id", set_id);
        // Attributes go before the resources inside.
        auto& children = object.edit_children();
        auto at = children.begin();
        while (at != children.end() && at->name() != "primitive" && at->name() != "group") ++at;
        target = &*children.insert(at, std::move(fresh));
    }
    Element nv{"nvpair"};
    nv.set("id", target->id() + "-" + name).set("name", name).set("value", value);
    target->add(std::move(nv));
}

bool drop_value(Element& object, const std::string& set, const std::string& name) {
    bool dropped = false;
    for (auto& child : object.edit_children()) {
        if (child.name() != set || !plain(child)) continue;
        auto& all = child.edit_children();
        const auto before = all.size();
        std::erase_if(all, [&](const Element& nv) { return nv.get("name") == name; });
        dropped = dropped || all.size() != before;
    }
    return dropped;
}

const std::string* find_value(const Element& object, const std::string& set, const std::string& name) {
    for (const auto& child : object.children()) {
        if (child.name() != set || !plain(child)) continue;
        for (const auto& nv : child.children()) {
            if (nv.get("name") == name) return nv.find("value");
        }
    }
    return nullptr;
}

}  // namespace muster::crm
