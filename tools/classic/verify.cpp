// crm_verify: is this configuration sound?
#include <fmt/format.h>

#include "base/os/files.h"
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/schema/schema.h"
#include "tools/classic/programs.h"
#include "tools/classic/report.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"live-check", 'L', Takes::nothing, "Check the running cluster's configuration"},
        {"xml-file", 'x', Takes::value, "Check this file"},
        {"xml-pipe", 'p', Takes::nothing, "Check standard input"},
        {"xml-text", 'X', Takes::value, "Check this text"},
        {"save-xml", 'S', Takes::value, "Keep the checked document in this file"},
        {"quiet", 'q', Takes::nothing, "Say nothing"},
    });
    return all;
}

Result<xml::Element> load(Context& context, const Options& options) {
    if (options.has("live-check")) {
        auto store = open_store(context);
        if (!store) return tl::make_unexpected(store.error());
        return (*store)->read();
    }
    auto bytes = options.has("xml-file")   ? os::read_file(options.get("xml-file"))
                 : options.has("xml-pipe") ? context.read_stdin()
                                           : Result<std::string>{options.get("xml-text")};
    if (!bytes) return tl::make_unexpected(Error{ErrorCode::io, bytes.error().message});
    return xml::parse(*bytes);
}

struct Counted {
    int errors = 0;
    int warnings = 0;
    std::vector<std::string> lines;
};

Counted check(const xml::Element& cib) {
    Counted counted;
    const auto add = [&](bool error, const std::string& text) {
        ++(error ? counted.errors : counted.warnings);
        counted.lines.push_back((error ? "error: " : "warning: ") + text);
    };
    if (cib.name() != "cib") {
        add(true, fmt::format("expected <cib>, found <{}>", cib.name()));
        return counted;
    }
    for (const auto& c : cib::validate(cib)) add(c.fatal, cib::to_string(c));
    if (counted.errors > 0) return counted;
    for (const auto& f : cib::verify(cib)) add(f.level == cib::Finding::Level::error, f.text);
    return counted;
}

}  // namespace

Exit crm_verify(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "check a configuration for errors", known_options(), status);
    if (!options) return status;
    Report report{context, *options};
    if (!options->has("live-check") && !options->has("xml-file") && !options->has("xml-pipe") && !options->has("xml-text")) {
        return report.finish(report.error(kUsage, "No configuration source specified.  Use --help for usage information."));
    }
    const auto document = load(context, *options);
    if (!document) {
        const bool unreadable = document.error().code == ErrorCode::invalid;
        return report.finish(report.error(unreadable ? kData : exit_of(document.error()), document.error().message));
    }
    const Counted counted = check(*document);
    if (options->has("verbose") && !options->has("quiet")) {
        for (const auto& line : counted.lines) context.err += fmt::format("(verify) \t{}\n", line);
    }
    if (options->has("save-xml")) {
        if (auto kept = os::write_file_atomic(options->get("save-xml"), xml::write_pretty(*document)); !kept) {
            return report.finish(report.error(kCannotCreate, kept.error().message));
        }
    }
    if (counted.errors == 0 && counted.warnings == 0) return report.finish(kOk);
    if (!options->has("quiet")) {
        report.error(kConfig, fmt::format("{} found during check: config not valid", counted.errors > 0 ? "Errors" : "Warnings"));
        if (!options->has("verbose") && !report.xml()) context.err += "-V may provide more details\n";
    }
    return report.finish(counted.errors > 0 ? kConfig : kOk);
}

}  // namespace muster::classic
