#include "tools/crm/configure/commit.h"

#include "tools/crm/configure/editor.h"
#include "tools/crm/lang/objects.h"
#include "tools/crm/levels/change.h"

namespace muster::crm {

namespace {

// Objects that were deleted are gone; what referred to them must be looked at, too.
std::set<std::string> to_check(const Editor& e) {
    std::set<std::string> out = e.touched;
    std::set<std::string> now;
    const auto current = objects(e.configuration());
    for (const auto& o : current) now.insert(o.id);
    bool removed = false;
    for (const auto& o : objects(e.base().configuration)) removed = removed || now.count(o.id) == 0;
    for (const auto& o : current) {
        const bool refers = o.keyword == "location" || o.keyword == "colocation" || o.keyword == "order" ||
                            o.keyword == "rsc_ticket" || o.keyword == "tag" || o.keyword == "fencing_topology";
        if (removed && refers) out.insert(o.id);
    }
    return out;
}

// A session may be an hour old: what runs where is asked anew.  What runs and is deleted without --force is asked for, too.
std::optional<int> announce_commit(Context& context, const Editor& e, CibStore& store) {
    cib::Cib before = e.base();
    if (context.interactive) {
        auto fresh = store.load();
        if (!fresh) return context.fail(fresh.error());
        before.status = std::move(fresh->status);
    }
    cib::Cib after = before;
    after.configuration = e.configuration();
    std::vector<std::string> about{e.touched.begin(), e.touched.end()};
    about.insert(about.end(), e.forced.begin(), e.forced.end());
    return announce(context, before, after, {"crm configure", std::move(about)});
}

}  // namespace

int commit(Context& context, bool force) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    Editor& e = **editor;
    if (!e.changed()) return kOk;
    // An empty list would mean all objects.
    auto judged = to_check(e);
    judged.insert("");
    if (report_findings(context, check(e.configuration(), judged)) && !force) {
        return context.fail("nothing was stored (commit force, or crm -F, stores it in spite of that)");
    }
    cib::Cib next = e.base();
    next.configuration = e.configuration();
    auto store = context.store();
    if (!store) return context.fail(store.error());
    if (auto end = announce_commit(context, e, **store)) return *end;
    if (auto done = (*store)->commit(next, e.base().version(), "crm configure"); !done) return context.fail(done.error());
    context.editor.reset();  // who goes on editing begins with what is stored then
    return wait_for_cluster(context);
}

int end_editing(Context& context) {
    if (!context.editor) return kOk;
    int status = kOk;
    if (context.editor->changed()) {
        const bool wanted = !context.interactive || context.confirm("There are changes that wait. Commit them?");
        if (wanted) status = commit(context, context.options.force);
        if (status != kOk && context.interactive) return status;
    }
    context.editor.reset();
    return status;
}

}  // namespace muster::crm
