#include "policy-engine/digest.h"

#include <algorithm>
#include <map>

#include "base/digest.h"
#include "base/text.h"

namespace muster::policy {
namespace {

// What a history's digest leaves out: how the cluster runs the operation, not what the agent is told about the service.
bool is_parameter(std::string_view name) {
    constexpr std::string_view kNot[] = {"id",           "crm_feature_set", "op-digest",
                                         "on_node",      "on_node_uuid",    "pcmk_external_ip"};
    if (starts_with(name, "CRM_meta_")) return false;
    return std::find(std::begin(kNot), std::end(kNot), name) == std::end(kNot);
}

using Sorted = std::map<std::string_view, std::string_view>;

// Attribute values as the XML library of the field writes them.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        switch (c) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\n': out += "&#10;"; break;
            case '\t': out += "&#9;"; break;
            case '\r': out += "&#13;"; break;
            default: out += c;
        }
    }
}

std::string digest_of(const Sorted& parameters) {
    std::string text = " <parameters";
    for (const auto& [name, value] : parameters) {
        text += ' ';
        text += name;
        text += "=\"";
        append_escaped(text, value);
        text += '"';
    }
    text += "/>\n";
    return md5_hex(text);
}

Sorted parameters_of(const Parameters& attributes, bool with_timeout) {
    Sorted out;
    for (const auto& [name, value] : attributes) {
        if (is_parameter(name) || (with_timeout && name == "CRM_meta_timeout")) out.emplace(name, value);
    }
    return out;
}

}  // namespace

std::string all_digest(const Parameters& attributes, milliseconds interval) {
    return digest_of(parameters_of(attributes, interval.count() > 0));
}

std::string restart_digest(const Parameters& attributes, std::string_view force_restart) {
    const auto words = split_words(force_restart);
    Sorted kept = parameters_of(attributes, false);
    std::erase_if(kept, [&](const auto& p) { return std::find(words.begin(), words.end(), p.first) == words.end(); });
    return digest_of(kept);
}

std::string secure_digest(const Parameters& attributes, std::string_view secure_params, milliseconds interval) {
    const auto words = split_words(secure_params);
    Sorted kept = parameters_of(attributes, interval.count() > 0);
    std::erase_if(kept, [&](const auto& p) { return std::find(words.begin(), words.end(), p.first) != words.end(); });
    return digest_of(kept);
}

}  // namespace muster::policy
