// Walks over the tokens of one statement.  For the parse_*.cpp files only.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/score.h"
#include "base/text.h"
#include "tools/crm/lang/parse.h"

namespace muster::crm::lang {

class Cursor {
  public:
    Cursor(const Tokens& tokens, const Surroundings& around) : tokens_{tokens}, around_{around} {}
    bool done() const { return at_ >= tokens_.size(); }
    const Token& peek(std::size_t ahead = 0) const {
        static const Token none;
        return at_ + ahead < tokens_.size() ? tokens_[at_ + ahead] : none;
    }
    const std::string& text(std::size_t ahead = 0) const { return peek(ahead).text; }
    const Token& next() { return tokens_[at_++]; }
    // The keyword at hand in lower case; empty for quoted words.
    std::string word() const { return done() || peek().quoted ? "" : to_lower(text()); }
    bool take(std::string_view keyword) {
        if (word() != keyword) return false;
        ++at_;
        return true;
    }
    const Token& last() const { return tokens_[at_ > 0 ? (at_ > tokens_.size() ? tokens_.size() - 1 : at_ - 1) : 0]; }
    const Surroundings& around() const { return around_; }
    tl::unexpected<SyntaxError> wrong(const Token& at, std::string message) const {
        return tl::make_unexpected(SyntaxError{std::move(message), at});
    }
    // About the token at hand, or the end of the statement.
    tl::unexpected<SyntaxError> wrong(std::string message) const { return wrong(done() ? last() : peek(), message); }

  private:
    const Tokens& tokens_;
    const Surroundings& around_;
    std::size_t at_ = 0;
};

struct Pair {
    std::string name;
    std::string value;
};
// "name=value"; nothing if there is no "=" or no name.
std::optional<Pair> as_pair(const std::string& text);

// "inf:", "100:", "-inf:", "mandatory:" without the colon, normal form (INFINITY); nothing if it is none.
std::optional<std::string> as_score(std::string_view text);
// The token at hand is "SCORE:".
std::optional<std::string> take_score(Cursor& c);

using Keywords = std::set<std::string, std::less<>>;
Parsed<xml::Element> parse_nvset(Cursor& c, const std::string& element_name, const Keywords& stop);
// After the word "rule".  In a location the score may be an attribute's name.
Parsed<xml::Element> parse_rule(Cursor& c, bool location);
// Resources of a constraint: two plain ones become first/second, anything else resource_set elements.
struct SetStyle {
    std::string attribute;  // "role" or "action": what follows the colon
    std::string closing;    // the word that ends the list ("}"); empty: name=value that is not of a set, or the end
};
struct Sets {
    std::vector<xml::Element> sets;
    bool plain = true;        // no brackets, no attribute of a set was given
    std::size_t members = 0;
};
Parsed<Sets> parse_sets(Cursor& c, const SetStyle& style);
Parsed<std::string> check_role(Cursor& c, const Token& token, const std::string& role);
Parsed<void> check_id(Cursor& c, const Token& token);

Parsed<void> parse_resource(Cursor& c, Statement& out);
Parsed<void> parse_monitor(Cursor& c, Statement& out);   // members: the resource
Parsed<void> parse_constraint(Cursor& c, Statement& out);
Parsed<void> parse_cluster(Cursor& c, Statement& out);  // node, tag, property, defaults, topology
Parsed<void> parse_access(Cursor& c, Statement& out);   // role, acl_target, acl_group
Parsed<void> parse_alert(Cursor& c, Statement& out);

}  // namespace muster::crm::lang
