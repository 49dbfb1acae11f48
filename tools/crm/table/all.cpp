#include "tools/crm/table/all.h"

namespace muster::crm {

const Table& table() {
    static const Table all = [] {
        Table t;
        add_shell(t);
        add_configure(t);
        add_ra(t);
        add_levels(t);
        return t;
    }();
    return all;
}

}  // namespace muster::crm
