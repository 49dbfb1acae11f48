// crm_diff: compare two documents, or apply a patch to one.
#include "base/os/files.h"
#include "base/xml/parse.h"
#include "base/xml/write.h"
#include "cib/change/patchset.h"
#include "tools/classic/cib_digest.h"
#include "tools/classic/programs.h"

namespace muster::classic {
namespace {

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"original", 'o', Takes::value, "File with the original"},
        {"original-string", 'O', Takes::value, "The original itself"},
        {"new", 'n', Takes::value, "File to compare with (\"-\": standard input)"},
        {"new-string", 'N', Takes::value, "Document to compare with"},
        {"patch", 'p', Takes::value, "File with a patch to apply to the original"},
        {"cib", 'c', Takes::nothing, "Compare as CIBs: with a digest of the target"},
        {"stdin", 's', Takes::nothing, "The original comes from standard input"},
        {"no-version", 'u', Takes::nothing, "Leave versions out"},
    });
    return all;
}

Result<xml::Element> load(Context& context, const std::string& path) {
    auto bytes = path == "-" ? context.read_stdin() : os::read_file(path);
    if (!bytes) return tl::make_unexpected(Error{ErrorCode::io, bytes.error().message});
    auto parsed = xml::parse(*bytes);
    if (!parsed) return fail(path + ": " + parsed.error().message);
    return parsed;
}

Exit failed(Context& context, const Error& error) {
    return context.complain(error.code == ErrorCode::io ? kNoInput : error.code == ErrorCode::old ? kOld : kData, error.message);
}

Exit compare(Context& context, const Options& options, const xml::Element& from, const xml::Element& to) {
    xml::Element patch = cib::make_patchset(from, to, !options.has("no-version"));
    if (!cib::has_changes(patch)) return kOk;
    if (options.has("cib")) patch.set("digest", digest_on_wire(to));
    context.out += xml::write_pretty(patch);
    return kError;  // scripts read 1 as "they differ"
}

}  // namespace

Exit crm_diff(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "compare configurations, or apply a difference", known_options(), status);
    if (!options) return status;
    auto from = options->has("original-string") ? xml::parse(options->get("original-string"))
                                                : load(context, options->has("stdin") ? "-" : options->get("original"));
    if (!from) return failed(context, from.error());
    if (options->has("patch")) {
        const auto patch = load(context, options->get("patch"));
        if (!patch) return failed(context, patch.error());
        const auto next = cib::apply_patchset(*from, *patch);
        if (!next) return failed(context, next.error());
        context.out += xml::write_pretty(*next);
        return kOk;
    }
    auto to = options->has("new-string") ? xml::parse(options->get("new-string")) : load(context, options->get("new"));
    if (!to) return failed(context, to.error());
    return compare(context, *options, *from, *to);
}

}  // namespace muster::classic
