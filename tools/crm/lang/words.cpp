#include "tools/crm/lang/words.h"

#include "base/text.h"

namespace muster::crm {

std::vector<Line> logical_lines(std::string_view script) {
    std::vector<Line> out;
    Line line;
    int number = 0;
    bool open = false;
    for (std::string_view physical : split(script, '\n')) {
        ++number;
        if (!physical.empty() && physical.back() == '\r') physical.remove_suffix(1);
        const std::string_view bare = trim(physical);
        if (!open && bare.empty()) continue;
        if (!open && bare.front() == '#') {
            line.comment += (line.comment.empty() ? "" : "\n") + std::string{bare};
            continue;
        }
        if (!open) line.number = number;
        open = !physical.empty() && physical.back() == '\\';
        if (open) physical.remove_suffix(1);
        line.text += physical;
        if (open) {
            line.text += ' ';
            continue;
        }
        out.push_back(std::move(line));
        line = {};
    }
    if (!trim(line.text).empty()) out.push_back(std::move(line));
    return out;
}

namespace {

bool blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads one word from `at` on; false if a quote stays open.
bool read_word(std::string_view line, std::size_t& at, Token& token) {
    while (at < line.size() && !blank(line[at])) {
        const char c = line[at];
        if (c == '\\' && at + 1 < line.size()) {
            token.text += line[at + 1];
            at += 2;
        } else if (c == '"' || c == '\'') {
            token.quoted = true;
            ++at;
            while (at < line.size() && line[at] != c) {
                if (c == '"' && line[at] == '\\' && at + 1 < line.size() &&
                    (line[at + 1] == '"' || line[at + 1] == '\\')) {
                    ++at;
                }
                token.text += line[at++];
            }
            if (at >= line.size()) return false;
            ++at;
        } else {
            token.text += c;
            ++at;
        }
    }
    return true;
}

}  // namespace

Result<Tokens> lex(std::string_view line, int number) {
    Tokens out;
    std::size_t at = 0;
    while (true) {
        while (at < line.size() && blank(line[at])) ++at;
        if (at >= line.size()) return out;
        Token token;
        token.line = number;
        token.column = static_cast<int>(at) + 1;
        if (line[at] == '<' && !out.empty() && out.back().text == "xml") {  // an element follows as it stands
            token.text = std::string{line.substr(at)};
            out.push_back(std::move(token));
            return out;
        }
        if (!read_word(line, at, token)) {
            const std::string where = number > 0 ? "line " + std::to_string(number) + ": " : "";
            return fail(where + "no closing quotation mark in '" + token.text + "'");
        }
        out.push_back(std::move(token));
    }
}

Tokens from_words(const std::vector<std::string>& words) {
    Tokens out;
    int column = 1;
    for (const auto& word : words) {
        Token token;
        token.text = word;
        token.column = column;
        token.quoted = quote(word) != word;
        column += static_cast<int>(quote(word).size()) + 1;
        out.push_back(std::move(token));
    }
    return out;
}

std::string quote(std::string_view word) {
    if (!word.empty() && word.find_first_of(" \t\n\"'\\") == std::string_view::npos) return std::string{word};
    std::string out = "\"";
    for (char c : word) {
        if (c == '"' || c == '\\') out += '\\';
        out += c;
    }
    return out + "\"";
}

std::string to_line(const Tokens& tokens) {
    std::string out;
    for (const auto& token : tokens) out += (out.empty() ? "" : " ") + quote(token.text);
    return out;
}

}  // namespace muster::crm
