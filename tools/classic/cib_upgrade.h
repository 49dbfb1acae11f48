// cibadmin --upgrade and --patch.
#pragma once

#include <optional>

#include "base/xml/element.h"
#include "tools/classic/context.h"
#include "tools/classic/store.h"

namespace muster::classic {

Exit upgrade_cib(Context& context, Store& store, bool verbose);
Exit patch_cib(Context& context, Store& store, const std::optional<xml::Element>& patch);

}  // namespace muster::classic
