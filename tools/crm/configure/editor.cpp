#include "tools/crm/configure/editor.h"

namespace muster::crm {

void Editor::put(xml::Element next) {
    before_.push_back(work_);
    work_ = std::move(next);
}

bool Editor::undo() {
    if (before_.empty()) return false;
    work_ = std::move(before_.back());
    before_.pop_back();
    return true;
}

}  // namespace muster::crm
