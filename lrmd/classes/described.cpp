#include "lrmd/classes/described.h"

#include <fmt/format.h>

#include "base/text.h"

namespace muster::lrmd {
namespace {

std::string escape(std::string text) {
    text = replace_all(std::move(text), "&", "&amp;");
    text = replace_all(std::move(text), "<", "&lt;");
    return replace_all(std::move(text), ">", "&gt;");
}

struct Header {
    std::string shortdesc;
    std::string longdesc;
};

// "# Short-Description: ..." and "# Description: ..." with its continuation lines, between INIT INFO marks.
Header read_header(const std::string& script) {
    Header h;
    bool inside = false, describing = false;
    int n = 0;
    for (const auto piece : split(script, '\n')) {
        if (++n > 200) break;
        const std::string line{piece};
        if (line.find("### BEGIN INIT INFO") == 0) inside = true;
        else if (line.find("### END INIT INFO") == 0) break;
        if (!inside || line.empty() || line[0] != '#') continue;
        const std::string text{trim(std::string_view{line}.substr(1))};
        const bool continued = describing && line.size() > 2 && (line[1] == '\t' || line.substr(1, 2) == "  ");
        describing = continued;
        if (continued) h.longdesc += " " + text;
        if (starts_with(text, "Short-Description:")) h.shortdesc = std::string{trim(text.substr(18))};
        if (starts_with(text, "Description:")) h.longdesc = std::string{trim(text.substr(12))}, describing = true;
    }
    return h;
}

std::string action(const char* name, int timeout, int interval = 0) {
    const std::string every = interval ? fmt::format(" interval=\"{}s\"", interval) : "";
    return fmt::format("    <action name=\"{}\" timeout=\"{}s\"{}/>\n", name, timeout, every);
}

}  // namespace

std::string described_meta_data(const std::string& klass, const std::string& type, const std::string& script) {
    Header h = script.empty() ? Header{} : read_header(script);
    if (h.shortdesc.empty()) h.shortdesc = fmt::format("{} {}", klass == "systemd" ? "systemd unit" : "service script", type);
    if (h.longdesc.empty()) h.longdesc = h.shortdesc;
    const int timeout = klass == "systemd" ? 100 : 15;
    std::string actions = action("meta-data", 5) + action("start", timeout) + action("stop", timeout) +
                          action("status", timeout) + action("monitor", timeout, klass == "systemd" ? 60 : 15);
    return fmt::format(
        "<?xml version=\"1.0\"?>\n<resource-agent name=\"{0}\" version=\"1.0\">\n  <version>1.1</version>\n"
        "  <longdesc lang=\"en\">{1}</longdesc>\n  <shortdesc lang=\"en\">{2}</shortdesc>\n  <parameters/>\n"
        "  <actions>\n{3}  </actions>\n</resource-agent>\n",
        escape(type), escape(h.longdesc), escape(h.shortdesc), actions);
}

}  // namespace muster::lrmd
