#include "tools/classic/failures.h"

#include <fmt/format.h>

#include "base/score.h"
#include "base/text.h"
#include "base/time.h"
#include "tools/classic/attribute_scope.h"
#include "tools/classic/live.h"
#include "tools/classic/live_attributes.h"

namespace muster::classic {
namespace {

std::string operation_suffix(const FailureRequest& r) {
    if (r.operation.empty()) return {};
    const auto interval = parse_interval(r.interval.empty() ? "0" : r.interval);
    return fmt::format("#{}_{}", r.operation, interval ? interval->count() : 0);
}

bool is_about(const std::string& name, std::string_view prefix, const FailureRequest& r) {
    const std::string wanted = fmt::format("{}-{}", prefix, r.resource);
    if (!starts_with(name, wanted)) return false;
    const std::string rest = name.substr(wanted.size());
    if (!r.operation.empty()) return rest == operation_suffix(r);
    return rest.empty() || rest.front() == '#';
}

struct Place {
    AttributeScope scope;
    xml::Element document;
};

Result<Place> place_of(Context& context, Store& store, const FailureRequest& r) {
    auto document = store.read();
    if (!document) return tl::make_unexpected(document.error());
    Place place;
    place.document = std::move(*document);
    place.scope.section = "status";
    place.scope.block = "instance_attributes";
    place.scope.node_name = r.node.empty() ? local_node(context, store) : r.node;
    place.scope.node_id = node_id_of(place.document, place.scope.node_name);
    if (place.scope.node_id.empty()) {
        return fail(ErrorCode::not_found, fmt::format("Could not map name={} to a UUID", place.scope.node_name));
    }
    return place;
}

Exit failed(Context& context, const Error& error) { return context.complain(exit_of(error), error.message); }

}  // namespace

Exit show_failures(Context& context, const FailureRequest& r) {
    auto store = open_store(context);
    if (!store) return failed(context, store.error());
    auto place = place_of(context, **store, r);
    if (!place) return failed(context, place.error());
    Score sum;
    for (const auto& f : find_attributes(place->document, place->scope, {})) {
        if (is_about(f.name, "fail-count", r)) sum += parse_score(f.value).value_or(Score{});
    }
    const std::string value = to_string(sum);
    context.out += r.quiet ? value + "\n"
                           : fmt::format("scope=status  name=fail-count-{}{} value={}\n", r.resource, operation_suffix(r), value);
    return kOk;
}

Exit forget_failures(Context& context, const FailureRequest& r) {
    auto store = open_store(context);
    if (!store) return failed(context, store.error());
    if ((*store)->live()) return live_cleanup(context, r);
    auto place = place_of(context, **store, r);
    if (!place) return failed(context, place.error());
    for (const auto& f : find_attributes(place->document, place->scope, {})) {
        if (!is_about(f.name, "fail-count", r) && !is_about(f.name, "last-failure", r)) continue;
        if (auto done = (*store)->apply(delete_operation(place->scope, f)); !done) return failed(context, done.error());
    }
    context.out += fmt::format("Cleaned up {} on {}\n", r.resource, place->scope.node_name);
    return kOk;
}

}  // namespace muster::classic
