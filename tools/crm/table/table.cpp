#include <algorithm>

#include "base/text.h"
#include "tools/crm/table/command.h"

namespace muster::crm {

bool Args::take(std::string_view word) {
    const auto it = std::find_if(words.begin(), words.end(), [&](const Token& t) { return t.text == word; });
    if (it == words.end()) return false;
    words.erase(it);
    return true;
}

namespace {

bool letters_in_order(std::string_view few, std::string_view all) {
    std::size_t at = 0;
    for (char c : few) {
        at = all.find(c, at);
        if (at == std::string_view::npos) return false;
        ++at;
    }
    return !few.empty() && !all.empty() && few.front() == all.front();
}

struct Name {
    std::string_view name;
    const std::vector<std::string>* aliases;
};

// Index of the one that `word` means, or -1 with what was possible.
int choose(const std::vector<Name>& names, std::string_view word, std::vector<std::string>& possible) {
    for (std::size_t i = 0; i < names.size(); ++i) {
        const auto& aliases = *names[i].aliases;
        if (names[i].name == word || std::find(aliases.begin(), aliases.end(), word) != aliases.end()) {
            return static_cast<int>(i);
        }
    }
    for (int way = 0; way < 2; ++way) {
        possible.clear();
        int found = -1;
        for (std::size_t i = 0; i < names.size(); ++i) {
            const bool fits = way == 0 ? starts_with(names[i].name, word) : letters_in_order(word, names[i].name);
            if (!fits) continue;
            found = static_cast<int>(i);
            possible.emplace_back(names[i].name);
        }
        if (possible.size() == 1) return found;
        if (!possible.empty()) return -1;
    }
    return -1;
}

std::string nearest(const std::vector<Name>& names, std::string_view word) {
    std::string best;
    std::size_t distance = 3;
    for (const auto& n : names) {
        const auto d = edit_distance(n.name, word);
        if (d < distance) {
            distance = d;
            best = n.name;
        }
    }
    return best;
}

std::string refusal(const std::vector<Name>& names, std::string_view word, const std::vector<std::string>& possible) {
    std::string text = "no command '" + std::string{word} + "' here";
    if (possible.size() > 1) {
        text = "'" + std::string{word} + "' could be " + join(possible, ", ");
    } else if (const auto near = nearest(names, word); !near.empty()) {
        text += "; did you mean '" + near + "'?";
    }
    return text;
}

}  // namespace

Result<const Command*> Table::command(std::string_view level, std::string_view word) const {
    const auto here = in_level(level);
    std::vector<Name> names;
    for (const auto* c : here) names.push_back({c->name, &c->aliases});
    std::vector<std::string> possible;
    const std::string small = to_lower(word);
    const int i = choose(names, small, possible);
    if (i < 0) {
        // At the top it may have been meant for a level.
        if (level.empty()) {
            for (const auto& l : levels_) names.push_back({l.name, &l.aliases});
        }
        return muster::fail(ErrorCode::not_found, refusal(names, word, possible));
    }
    return here[static_cast<std::size_t>(i)];
}

Result<const Level*> Table::level(std::string_view word) const {
    std::vector<Name> names;
    for (const auto& l : levels_) names.push_back({l.name, &l.aliases});
    std::vector<std::string> possible;
    const int i = choose(names, to_lower(word), possible);
    if (i < 0) return muster::fail(ErrorCode::not_found, refusal(names, word, possible));
    return &levels_[static_cast<std::size_t>(i)];
}

std::vector<const Command*> Table::in_level(std::string_view level) const {
    std::vector<const Command*> out;
    for (const auto& c : commands_) {
        if (c.level == level) out.push_back(&c);
    }
    std::sort(out.begin(), out.end(), [](const Command* a, const Command* b) { return a->name < b->name; });
    return out;
}

}  // namespace muster::crm
