#include <functional>

#include "base/text.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {
namespace {

struct Flag {
    const char* letter;
    const char* name;
    bool Options::*target;
};
const Flag kFlags[] = {
    {"-F", "--force", &Options::force}, {"-y", "--yes", &Options::yes},     {"-n", "--no", &Options::no},
    {"-d", "--debug", &Options::debug}, {"-w", "--wait", &Options::wait},   {"", "--dry-run", &Options::dry_run},
    {"-h", "--help", &Options::help},   {"", "--version", &Options::version},
};

struct Valued {
    const char* letter;
    const char* name;
    std::string Options::*target;
};
const Valued kValued[] = {
    {"-c", "--cib", &Options::cib},
    {"-D", "--display", &Options::display},
    {"-f", "--file", &Options::file},
    {"-H", "--history", &Options::history},
};

// -o text|json|xml chooses the output; -o NAME=VALUE sets an option of crm.
Result<void> set_option(Options& out, const std::string& value) {
    const auto equal = value.find('=');
    if (equal != std::string::npos) {
        out.set[value.substr(0, equal)] = value.substr(equal + 1);
        return {};
    }
    if (value != "text" && value != "json" && value != "xml") {
        return fail("option -o: '" + value + "' is neither text, json or xml nor NAME=VALUE");
    }
    out.output = value;
    return {};
}

bool take_flag(Options& out, const std::string& word) {
    for (const auto& f : kFlags) {
        if (word == f.letter || word == f.name) {
            out.*f.target = true;
            return true;
        }
    }
    return false;
}

}  // namespace

Result<Options> parse_options(const std::vector<std::string>& arguments) {
    Options out;
    std::size_t i = 0;
    const auto value_of = [&](const std::string& word, const char* letter, const char* name) -> Result<std::string> {
        if (starts_with(word, std::string{name} + "=")) return word.substr(std::string{name}.size() + 1);
        if (word.size() > 2 && starts_with(word, letter) && word[1] != '-') return word.substr(2);
        if (i + 1 >= arguments.size()) return fail("option " + word + " needs a value");
        return arguments[++i];
    };
    const auto is = [](const std::string& word, const char* letter, const char* name) {
        return word == letter || word == name || starts_with(word, std::string{name} + "=") ||
               (word.size() > 2 && word[1] != '-' && starts_with(word, letter));
    };
    for (; i < arguments.size(); ++i) {
        const std::string& word = arguments[i];
        if (word.size() < 2 || word[0] != '-') break;
        if (word == "--") {
            ++i;
            break;
        }
        if (take_flag(out, word)) continue;
        bool known = false;
        for (const auto& v : kValued) {
            if (!is(word, v.letter, v.name)) continue;
            auto value = value_of(word, v.letter, v.name);
            if (!value) return tl::make_unexpected(value.error());
            out.*v.target = *value;
            known = true;
            break;
        }
        if (!known && is(word, "-o", "--output")) {
            auto value = value_of(word, "-o", "--output");
            if (!value) return tl::make_unexpected(value.error());
            if (auto set = set_option(out, *value); !set) return tl::make_unexpected(set.error());
            known = true;
        }
        if (!known) return fail("unknown option " + word + " (crm --help lists them)");
    }
    out.words.assign(arguments.begin() + static_cast<std::ptrdiff_t>(i), arguments.end());
    return out;
}

}  // namespace muster::crm
