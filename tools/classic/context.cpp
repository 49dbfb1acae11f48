#include "tools/classic/context.h"

#include <fmt/format.h>

namespace muster::classic {

std::string Context::env(const std::string& name, std::string_view otherwise) const {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string{otherwise} : found->second;
}

std::string Context::request() const {
    std::string text = program;
    for (const auto& a : arguments) text += " " + a;
    return text;
}

Exit Context::complain(Exit status, std::string_view text) {
    err += fmt::format("{}: {}\n", program, text);
    return status;
}

std::vector<Option> with_common(std::vector<Option> own) {
    static const std::vector<Option> common = {
        {"output-as", 0, Takes::value, "Output format: text (default) or xml"},
        {"output-to", 0, Takes::value, "File for the output (\"-\": stdout)"},
        {"text-fancy", 0, Takes::nothing, "Accepted for compatibility"},
        {"help", 'h', Takes::nothing, "Show this help"},
        {"help-all", 0, Takes::nothing, "", "help"},
        {"version", '$', Takes::nothing, "Show the version"},
        {"verbose", 'V', Takes::nothing, "Say more (may be given several times)"},
    };
    for (const Option& c : common) {
        bool taken = false;
        bool letter = false;
        for (const Option& o : own) {
            taken = taken || o.name == c.name;
            letter = letter || (c.letter != 0 && o.letter == c.letter);
        }
        if (taken) continue;
        own.push_back(c);
        if (letter) own.back().letter = 0;
    }
    bool question = false;
    for (const Option& o : own) question = question || o.letter == '?';
    if (!question) own.push_back({"help-classic", '?', Takes::nothing, "", "help"});
    return own;
}

std::optional<Options> begin(Context& context, std::string_view about, const std::vector<Option>& known, Exit& status) {
    auto options = parse_options(known, context.arguments);
    if (!options) {
        status = context.complain(kUsage, options.error().message);
        return std::nullopt;
    }
    if (options->has("help")) {
        context.out += help_text(context.program, about, known);
        status = kOk;
        return std::nullopt;
    }
    if (options->has("version")) {
        // Scripts read the second word and compare it with versions of Pacemaker.
        context.out += "Pacemaker 2.1.5 (Muster)\nWritten by the Muster project\n";
        status = kOk;
        return std::nullopt;
    }
    const std::string format = options->get("output-as", "text");
    if (format != "text" && format != "xml" && format != "html" && format != "none") {
        status = context.complain(kUsage, fmt::format("Invalid output format: {}", format));
        return std::nullopt;
    }
    return std::move(*options);
}

}  // namespace muster::classic
