// The page that crm_mon's text is written on: what is told, what was asked for, and indented lines.
#pragma once

#include <cstddef>
#include <string>

#include "tools/classic/mon.h"

namespace muster::classic {

class MonPage {
  public:
    MonPage(std::string& out, const xml::Element& cib, const MonView& view, const MonWishes& wishes)
        : out_{out}, cib_{cib}, view_{view}, wishes_{wishes} {}

  protected:
    void line(int level, const std::string& text) { out_ += std::string(static_cast<std::size_t>(level) * 2, ' ') + "* " + text + "\n"; }
    bool shown(const MonNode& n) const { return wishes_.only_node.empty() || n.name == wishes_.only_node; }

    std::string& out_;
    const xml::Element& cib_;
    const MonView& view_;
    const MonWishes& wishes_;
};

// The body of "List of Resources" (mon_text_resources.cpp).
class MonResourceLines : public MonPage {
  public:
    using MonPage::MonPage;
    void resources();

  private:
    std::vector<std::string> places_of(const MonResource& r) const;
    std::string flags(const MonResource& r) const;
    void one(const MonResource& r, int level);
    void primitive(const MonResource& r, int level);
    void group(const MonResource& r, int level);
    void clone(const MonResource& r, int level);
    void instances(const MonResource& r, int level);
    void bundle(const MonResource& r, int level);
    void parts(const MonReplica& replica, int level);
};

}  // namespace muster::classic
