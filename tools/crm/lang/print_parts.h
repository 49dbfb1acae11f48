// The printers of each kind; for print.cpp only.  A statement is a list of parts, one a line.
#pragma once

#include <string>
#include <vector>

#include "base/xml/element.h"
#include "tools/crm/lang/print.h"

namespace muster::crm::lang {

using Parts = std::vector<std::string>;

std::string value_text(const std::string& value);  // quoted where it needs it
std::string pair_text(const std::string& name, const std::string& value);
std::string score_text(const std::string& score);
std::string rule_text(const xml::Element& rule, const std::string& owner, const PrintOptions& options);
// "$id=... SCORE: rule ... a=b c=d" of a set, one piece each.
Parts set_pieces(const xml::Element& set, const std::string& base, const PrintOptions& options);
std::string set_text(const std::string& keyword, const xml::Element& set, const std::string& base,
                     const PrintOptions& options);
std::string order_kind_of(const xml::Element& order);

Parts print_node(const xml::Element& e, const PrintOptions& options);
Parts print_primitive(const xml::Element& e, const std::string& keyword, const PrintOptions& options);
Parts print_container(const xml::Element& e, const std::string& keyword, const PrintOptions& options);
Parts print_bundle(const xml::Element& e, const PrintOptions& options);
Parts print_constraint(const xml::Element& e, const std::string& keyword, const PrintOptions& options);
Parts print_tag(const xml::Element& e);
Parts print_topology(const xml::Element& e);
Parts print_options(const xml::Element& e, const std::string& keyword, const PrintOptions& options);
Parts print_access(const xml::Element& e, const std::string& keyword);
Parts print_alert(const xml::Element& e, const PrintOptions& options);

}  // namespace muster::crm::lang
