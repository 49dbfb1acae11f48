#include "tools/crm/configure/commit.h"

#include "tools/crm/configure/editor.h"

namespace muster::crm {

int commit(Context& context, bool) {
    auto editor = context.editing();
    if (!editor) return context.fail(editor.error());
    Editor& e = **editor;
    if (!e.changed()) return kOk;
    cib::Cib next = e.base();
    next.configuration = e.configuration();
    if (context.options.dry_run) {
        context.info("dry run: nothing was stored");
        return kOk;
    }
    auto store = context.store();
    if (!store) return context.fail(store.error());
    if (auto done = (*store)->commit(next, e.base().version(), "crm configure"); !done) return context.fail(done.error());
    auto stored = (*store)->load();
    if (!stored) return context.fail(stored.error());
    e.rebase(std::move(*stored));
    return kOk;
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
