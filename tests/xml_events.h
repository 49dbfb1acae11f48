// What a parser said, as text: for comparing two parsers.
#pragma once

#include <string>

#include "base/text.h"
#include "base/xml/parse.h"

namespace muster::test {

class Events final : public xml::Handler {
  public:
    void start(std::string_view name, const std::vector<xml::AttributeView>& attributes, int line) override {
        flush();
        log += "<" + std::string{name} + (with_lines ? "@" + std::to_string(line) : "");
        for (const auto& a : attributes) log += " " + std::string{a.name} + "=[" + std::string{a.value} + "]";
        log += ">";
    }
    void end(std::string_view name) override {
        flush();
        log += "</" + std::string{name} + ">";
    }
    void text(std::string_view t) override { pending_ += t; }
    void comment(std::string_view t, int) override {
        flush();
        log += "<!--" + std::string{t} + "-->";
    }
    std::string log;
    bool with_lines = false;  // a tag over several lines: libxml2 tells its last line, ours the first

  private:
    // Blanks between tags are nobody's text, and text may come in pieces.
    void flush() {
        if (!trim(pending_).empty()) log += "{" + pending_ + "}";
        pending_.clear();
    }
    std::string pending_;
};

}  // namespace muster::test
