#include "tools/classic/options.h"

#include <fmt/format.h>

namespace muster::classic {
namespace {

const Option* by_letter(const std::vector<Option>& known, char letter) {
    for (const Option& o : known) {
        if (o.letter == letter) return &o;
    }
    return nullptr;
}

Result<const Option*> by_name(const std::vector<Option>& known, std::string_view name) {
    const Option* found = nullptr;
    for (const Option& o : known) {
        if (o.name == name) return &o;
        if (o.name.substr(0, name.size()) != name) continue;
        if (found) return fail(fmt::format("Unknown option --{}", name));  // two begin like that
        found = &o;
    }
    if (!found || name.empty()) return fail(fmt::format("Unknown option --{}", name));
    return found;
}

bool looks_like_option(const std::string& word) {
    // "-1" or "-INFINITY" is a value: no tool has an option of a digit that takes an optional value before it.
    return word.size() > 1 && word.front() == '-';
}

}  // namespace

int Options::count(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? 0 : static_cast<int>(found->second.size());
}
std::string Options::get(std::string_view name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string{otherwise} : found->second.back();
}
std::vector<std::string> Options::all(std::string_view name) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::vector<std::string>{} : found->second;
}

Result<Options> parse_options(const std::vector<Option>& known, const std::vector<std::string>& arguments) {
    Options options;
    const auto add = [&](const Option& o, std::string value) {
        const std::string key{o.same_as.empty() ? o.name : o.same_as};
        options.values_[key].push_back(std::move(value));
        options.order_.push_back(key);
    };
    std::size_t i = 0;
    // The value of an option that stands at i: given with it, or the next word.
    const auto next_value = [&](const Option& o, const std::string& shown) -> Result<std::string> {
        const bool there = i + 1 < arguments.size();
        if (o.takes == Takes::maybe) {
            if (there && !looks_like_option(arguments[i + 1])) return arguments[++i];
            return std::string{};
        }
        if (!there) return fail(fmt::format("Missing argument for {}", shown));
        return arguments[++i];
    };
    for (; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word == "--") {
            options.rest_.insert(options.rest_.end(), arguments.begin() + static_cast<std::ptrdiff_t>(i) + 1, arguments.end());
            break;
        }
        if (word.size() < 2 || word.front() != '-') {
            options.rest_.push_back(word);
            continue;
        }
        if (word[1] == '-') {
            const auto equals = word.find('=');
            const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
            const auto option = by_name(known, name);
            if (!option) return tl::make_unexpected(option.error());
            if (equals != std::string::npos) {
                if ((*option)->takes == Takes::nothing) return fail(fmt::format("Option --{} takes no value", name));
                add(**option, word.substr(equals + 1));
                continue;
            }
            std::string value;
            if ((*option)->takes != Takes::nothing) {
                auto given = next_value(**option, "--" + name);
                if (!given) return tl::make_unexpected(given.error());
                value = std::move(*given);
            }
            add(**option, std::move(value));
            continue;
        }
        for (std::size_t at = 1; at < word.size(); ++at) {
            const Option* option = by_letter(known, word[at]);
            if (!option) return fail(fmt::format("Unknown option -{}", word[at]));
            if (option->takes == Takes::nothing) {
                add(*option, {});
                continue;
            }
            if (at + 1 < word.size()) {
                add(*option, word.substr(at + (word[at + 1] == '=' ? 2 : 1)));
            } else {
                auto given = next_value(*option, fmt::format("-{}", word[at]));
                if (!given) return tl::make_unexpected(given.error());
                add(*option, std::move(*given));
            }
            break;
        }
    }
    return options;
}

std::string help_text(std::string_view program, std::string_view about, const std::vector<Option>& known) {
    std::string text = fmt::format("Usage:\n  {} [OPTION?]\n\n{} - {}\n\nOptions:\n", program, program, about);
    for (const Option& o : known) {
        std::string left = o.letter ? fmt::format("  -{}, --{}", o.letter, o.name) : fmt::format("      --{}", o.name);
        if (o.takes == Takes::value) left += "=VALUE";
        if (o.takes == Takes::maybe) left += "[=VALUE]";
        text += fmt::format("{:<34} {}\n", left, o.help.empty() ? fmt::format("Same as --{}", o.same_as) : std::string{o.help});
    }
    return text;
}

}  // namespace muster::classic
