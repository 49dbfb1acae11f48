// The actions of the configure level (the table's rows are in table.cpp).
#pragma once

#include "tools/crm/lang/parse.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

Surroundings surroundings(const xml::Element& configuration);

int define_object(Context& context, const Args& args);
int modgroup(Context& context, const Args& args);
int set_attribute(Context& context, const Args& args);

int show(Context& context, const Args& args);
int save(Context& context, const Args& args);
int load(Context& context, const Args& args);
int edit(Context& context, const Args& args);
int filter(Context& context, const Args& args);

int delete_objects(Context& context, const Args& args);
int rename(Context& context, const Args& args);
int erase(Context& context, const Args& args);
int undo(Context& context, const Args& args);
int diff(Context& context, const Args& args);
int refresh(Context& context, const Args& args);
int verify(Context& context, const Args& args);
int commit_command(Context& context, const Args& args);
int get_property(Context& context, const Args& args);

}  // namespace muster::crm
