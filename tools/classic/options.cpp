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

// Reads the words from left to right.
class OptionReader {
  public:
    OptionReader(const std::vector<Option>& known, const std::vector<std::string>& arguments)
        : known_{known}, arguments_{arguments} {}

    Result<Options> read() {
        for (; at_ < arguments_.size(); ++at_) {
            const std::string& word = arguments_[at_];
            if (word == "--") {
                options_.rest_.insert(options_.rest_.end(), arguments_.begin() + static_cast<std::ptrdiff_t>(at_) + 1, arguments_.end());
                break;
            }
            if (!looks_like_option(word)) {
                options_.rest_.push_back(word);
                continue;
            }
            if (auto done = word[1] == '-' ? long_name(word) : letters(word); !done) return tl::make_unexpected(done.error());
        }
        return std::move(options_);
    }

  private:
    void add(const Option& o, std::string value) {
        const std::string key{o.same_as.empty() ? o.name : o.same_as};
        options_.values_[key].push_back(std::move(value));
        options_.order_.push_back(key);
    }

    // The value is the next word; an option that may have one takes no other option for it.
    Result<void> add_with_next(const Option& o, const std::string& shown) {
        const bool there = at_ + 1 < arguments_.size();
        if (o.takes == Takes::maybe && (!there || looks_like_option(arguments_[at_ + 1]))) {
            add(o, {});
            return {};
        }
        if (!there) return fail(fmt::format("Missing argument for {}", shown));
        add(o, arguments_[++at_]);
        return {};
    }

    // --name, --name=VALUE, --name VALUE
    Result<void> long_name(const std::string& word) {
        const auto equals = word.find('=');
        const std::string name = word.substr(2, equals == std::string::npos ? equals : equals - 2);
        const auto option = by_name(known_, name);
        if (!option) return tl::make_unexpected(option.error());
        const bool alone = (*option)->takes == Takes::nothing;
        if (equals == std::string::npos && !alone) return add_with_next(**option, "--" + name);
        if (equals != std::string::npos && alone) return fail(fmt::format("Option --{} takes no value", name));
        add(**option, alone ? std::string{} : word.substr(equals + 1));
        return {};
    }

    // -GQ, -nNAME, -n=NAME, -n NAME
    Result<void> letters(const std::string& word) {
        for (std::size_t i = 1; i < word.size(); ++i) {
            const Option* option = by_letter(known_, word[i]);
            if (!option) return fail(fmt::format("Unknown option -{}", word[i]));
            if (option->takes == Takes::nothing) {
                add(*option, {});
                continue;
            }
            if (i + 1 == word.size()) return add_with_next(*option, fmt::format("-{}", word[i]));
            add(*option, word.substr(i + (word[i + 1] == '=' ? 2 : 1)));
            break;
        }
        return {};
    }

    const std::vector<Option>& known_;
    const std::vector<std::string>& arguments_;
    std::size_t at_ = 0;
    Options options_;
};

Result<Options> parse_options(const std::vector<Option>& known, const std::vector<std::string>& arguments) {
    return OptionReader{known, arguments}.read();
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
