#include "base/xml/scan.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <string>

#include "base/text.h"
#include "base/xml/characters.h"

namespace muster::xml {
namespace {

constexpr std::size_t kMaxDepth = 200;

class Scanner {
  public:
    Scanner(std::string_view bytes, Handler& handler)
        : p_{bytes.data()}, end_{bytes.data() + bytes.size()}, counted_{bytes.data()}, handler_{handler} {}

    Result<void> run() {
        if (starts("\xEF\xBB\xBF")) p_ += 3;
        if (starts("<?xml") && p_ + 5 < end_ && is(p_[5], kBlank) && !skip_past("?>")) refuse("the XML declaration does not end");
        while (error_.empty() && p_ < end_) step();
        if (error_.empty() && !open_.empty()) refuse(fmt::format("tag \"{}\" is not closed", open_.back()));
        if (error_.empty() && !root_seen_) refuse("there is no element");
        if (!error_.empty()) return fail(error_);
        return {};
    }

  private:
    bool starts(std::string_view what) const {
        return static_cast<std::size_t>(end_ - p_) >= what.size() && std::memcmp(p_, what.data(), what.size()) == 0;
    }
    int line() {
        while (counted_ < p_) {
            const void* found = std::memchr(counted_, '\n', static_cast<std::size_t>(p_ - counted_));
            if (found == nullptr) {
                counted_ = p_;
                break;
            }
            ++line_;
            counted_ = static_cast<const char*>(found) + 1;
        }
        return line_;
    }
    bool refuse(std::string_view what) {
        if (error_.empty()) error_ = fmt::format("line {}: {}", line(), what);
        p_ = end_;
        return false;
    }
    bool skip_past(std::string_view what) {
        const std::string_view rest{p_, static_cast<std::size_t>(end_ - p_)};
        const auto at = rest.find(what);
        if (at == std::string_view::npos) return false;
        p_ += at + what.size();
        return true;
    }
    void skip_blanks() {
        while (p_ < end_ && is(*p_, kBlank)) ++p_;
    }

    void step() {
        if (*p_ != '<') return characters();
        if (p_ + 1 == end_) return static_cast<void>(refuse("the document ends inside a tag"));
        switch (p_[1]) {
            case '/': return close_tag();
            case '?': return instruction();
            case '!': return starts("<!--") ? comment() : cdata();
            default: return open_tag();
        }
    }

    bool name(std::string_view& out) {
        const char* from = p_;
        if (p_ == end_ || !is(*p_, kNameStart)) return refuse("expected a name after \"<\" or a blank");
        while (p_ < end_ && is(*p_, kNameRest)) {
            if (static_cast<unsigned char>(*p_) < 0x80) {
                ++p_;
            } else {
                const std::size_t n = utf8_length(p_, end_);
                if (n == 0) return refuse("bytes that are no UTF-8");
                p_ += n;
            }
        }
        out = {from, static_cast<std::size_t>(p_ - from)};
        return true;
    }

    void open_tag() {
        if (root_seen_ && open_.empty()) return static_cast<void>(refuse("there is more than one root element"));
        const int at_line = line();
        ++p_;
        std::string_view element;
        if (!name(element)) return;
        if (open_.size() >= kMaxDepth) {
            return static_cast<void>(refuse(fmt::format("elements are nested deeper than {}", kMaxDepth)));
        }
        attributes_.clear();
        scratch_used_ = 0;
        seen_ = 0;
        while (true) {
            const bool blank = p_ < end_ && is(*p_, kBlank);
            skip_blanks();
            if (p_ == end_) return static_cast<void>(refuse(fmt::format("tag \"{}\" does not end", element)));
            if (*p_ == '>' || *p_ == '/') break;
            if (!blank) return static_cast<void>(refuse(fmt::format("in tag \"{}\": expected a blank before the next attribute", element)));
            if (!attribute(element)) return;
        }
        root_seen_ = true;
        const bool empty = *p_ == '/';
        if (empty && (++p_ == end_ || *p_ != '>')) return static_cast<void>(refuse("expected \">\" after \"/\""));
        ++p_;
        handler_.start(element, attributes_, at_line);
        if (empty) handler_.end(element);
        else open_.push_back(element);
        after_cdata_ = false;
    }

    bool attribute(std::string_view element) {
        std::string_view key;
        if (!name(key)) return false;
        skip_blanks();
        if (p_ == end_ || *p_ != '=') return refuse(fmt::format("in tag \"{}\": attribute {} has no value", element, key));
        ++p_;
        skip_blanks();
        if (p_ == end_ || (*p_ != '"' && *p_ != '\'')) {
            return refuse(fmt::format("in tag \"{}\": the value of {} is not quoted", element, key));
        }
        std::string_view v;
        if (!value(v)) return false;
        if (!is_new(key)) return refuse(fmt::format("in tag \"{}\": attribute {} is there twice", element, key));
        attributes_.push_back({key, v});
        return true;
    }

    // One bit for each kind of name; only names that meet on a bit are compared.
    bool is_new(std::string_view key) {
        const auto first = static_cast<unsigned char>(key.front());
        const auto last = static_cast<unsigned char>(key.back());
        const std::uint64_t bit = std::uint64_t{1} << ((first * 7U + last * 3U + key.size()) % 64U);
        if ((seen_ & bit) != 0) {
            for (const AttributeView& a : attributes_) {
                if (a.name == key) return false;
            }
        }
        seen_ |= bit;
        return true;
    }

    bool value(std::string_view& out) {
        const char quote = *p_++;
        const char* from = p_;
        while (p_ < end_) {
            if (is(*p_, kPlainValue)) {
                ++p_;
            } else if (*p_ == quote) {
                out = {from, static_cast<std::size_t>(p_ - from)};
                ++p_;
                return true;
            } else if (*p_ == '"' || *p_ == '\'') {
                ++p_;
            } else {
                return escaped_value(from, quote, out);
            }
        }
        return refuse("an attribute's value does not end");
    }

    std::string& scratch() {
        if (scratch_used_ == scratch_.size()) scratch_.emplace_back();
        std::string& s = scratch_[scratch_used_++];
        s.clear();
        return s;
    }

    bool escaped_value(const char* from, char quote, std::string_view& out) {
        std::string& s = scratch();
        p_ = from;
        while (p_ < end_ && *p_ != quote) {
            const auto c = static_cast<unsigned char>(*p_);
            if (c == '<') return refuse("\"<\" inside an attribute's value must be written &lt;");
            if (c == '\r' && p_ + 1 < end_ && p_[1] == '\n') ++p_;
            if (c == '&') {
                if (!reference(s)) return false;
            } else if (is(*p_, kBlank)) {
                s += ' ';
                ++p_;
            } else if (!copy_character(s)) {
                return false;
            }
        }
        if (p_ == end_) return refuse("an attribute's value does not end");
        ++p_;
        out = s;
        return true;
    }

    bool copy_character(std::string& s) {
        const auto c = static_cast<unsigned char>(*p_);
        std::size_t n = 1;
        if (c >= 0x80) n = utf8_length(p_, end_);
        if (n == 0) return refuse("bytes that are no UTF-8");
        if (c < 0x20 && c != '\t' && c != '\n' && c != '\r') return refuse(fmt::format("the control character {:#04x}", c));
        s.append(p_, n);
        p_ += n;
        return true;
    }

    bool reference(std::string& s) {
        const std::string_view rest{p_ + 1, static_cast<std::size_t>(end_ - p_ - 1)};
        const auto semicolon = rest.substr(0, 16).find(';');
        if (semicolon == std::string_view::npos) return refuse("\"&\" must be written &amp;");
        const std::string_view what = rest.substr(0, semicolon);
        if (!append_reference(s, what)) return refuse(fmt::format("unknown reference \"&{};\"", what));
        p_ += semicolon + 2;
        return true;
    }

    void close_tag() {
        p_ += 2;
        std::string_view element;
        if (!name(element)) return;
        skip_blanks();
        if (p_ == end_ || *p_ != '>') return static_cast<void>(refuse(fmt::format("closing tag \"{}\" does not end", element)));
        if (open_.empty()) return static_cast<void>(refuse(fmt::format("closing tag \"{}\" closes nothing", element)));
        if (open_.back() != element) {
            return static_cast<void>(refuse(fmt::format("tag \"{}\" is closed by \"{}\"", open_.back(), element)));
        }
        ++p_;
        open_.pop_back();
        handler_.end(element);
        after_cdata_ = false;
    }

    void characters() {
        const char* from = p_;
        skip_blanks();
        if (open_.empty()) {
            if (p_ < end_ && *p_ != '<') refuse(root_seen_ ? "text after the root element" : "text before the root element");
            return;
        }
        // Blanks between tags are nobody's text.
        if (p_ == end_ || (*p_ == '<' && !after_cdata_ && !starts("<![CDATA["))) return;
        while (p_ < end_ && is(*p_, kPlainText)) ++p_;
        const std::string_view plain{from, static_cast<std::size_t>(p_ - from)};
        if ((p_ == end_ || *p_ == '<') && plain.find('\r') == std::string_view::npos) return handler_.text(plain);
        escaped_text(from);
    }

    void escaped_text(const char* from) {
        std::string& s = scratch_text_;
        s.clear();
        p_ = from;
        while (p_ < end_ && *p_ != '<') {
            if (*p_ == '&') {
                if (!reference(s)) return;
            } else if (*p_ == '\r') {
                s += '\n';
                p_ += p_ + 1 < end_ && p_[1] == '\n' ? 2 : 1;
            } else if (starts("]]>")) {
                return static_cast<void>(refuse("\"]]>\" in text must be written ]]&gt;"));
            } else if (!copy_character(s)) {
                return;
            }
        }
        handler_.text(s);
    }

    // Copies what stands up to `stop`, checked; p_ is behind it afterwards.
    bool take_until(std::string_view stop, std::string_view what) {
        std::string& s = scratch_text_;
        s.clear();
        while (p_ < end_ && !starts(stop)) {
            if (*p_ == '\r') {
                s += '\n';
                p_ += p_ + 1 < end_ && p_[1] == '\n' ? 2 : 1;
            } else if (!copy_character(s)) {
                return false;
            }
        }
        if (p_ == end_) return refuse(fmt::format("{} does not end", what));
        p_ += stop.size();
        return true;
    }

    void comment() {
        const int at_line = line();
        p_ += 4;
        if (!take_until("--", "a comment")) return;
        if (p_ == end_ || *p_ != '>') return static_cast<void>(refuse("\"--\" inside a comment"));
        ++p_;
        handler_.comment(scratch_text_, at_line);
    }

    void cdata() {
        if (!starts("<![CDATA[") || open_.empty()) return static_cast<void>(refuse("\"<!\" begins nothing that is known here"));
        p_ += 9;
        if (!take_until("]]>", "a CDATA section")) return;
        handler_.text(scratch_text_);
        after_cdata_ = true;
    }

    void instruction() {
        p_ += 2;
        std::string_view target;
        if (!name(target)) return;
        if (iequals(target, "xml")) return static_cast<void>(refuse("an XML declaration that is not at the start"));
        if (p_ < end_ && !is(*p_, kBlank) && !starts("?>")) return static_cast<void>(refuse("a bad processing instruction"));
        take_until("?>", "a processing instruction");
    }

    const char* p_;
    const char* end_;
    const char* counted_;  // lines are counted up to here
    Handler& handler_;
    int line_ = 1;
    bool root_seen_ = false;
    bool after_cdata_ = false;
    std::uint64_t seen_ = 0;
    std::vector<std::string_view> open_;
    std::vector<AttributeView> attributes_;
    std::deque<std::string> scratch_;  // unescaped values of the tag at hand; a deque: views stay good
    std::size_t scratch_used_ = 0;
    std::string scratch_text_;
    std::string error_;
};

}  // namespace

Result<void> scan(std::string_view bytes, Handler& handler) { return Scanner{bytes, handler}.run(); }

}  // namespace muster::xml
