#include "cib/model/read.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/text.h"
#include "base/xml/parse.h"

namespace muster::cib {
namespace {

using Attributes = std::vector<xml::AttributeView>;

template <typename Int>
void number(std::string_view text, Int& out) {
    std::from_chars(text.data(), text.data() + text.size(), out);
}

struct TextField {
    std::string_view name;
    std::string OpRecord::*member;
};
constexpr TextField kOpTexts[] = {
    {"id", &OpRecord::id},
    {"operation_key", &OpRecord::operation_key},
    {"operation", &OpRecord::operation},
    {"transition-key", &OpRecord::transition_key},
    {"transition-magic", &OpRecord::transition_magic},
    {"exit-reason", &OpRecord::exit_reason},
    {"on_node", &OpRecord::on_node},
    {"crm_feature_set", &OpRecord::crm_feature_set},
    {"crm-debug-origin", &OpRecord::crm_debug_origin},
    {"op-digest", &OpRecord::op_digest},
    {"op-restart-digest", &OpRecord::op_restart_digest},
    {"op-force-restart", &OpRecord::op_force_restart},
    {"op-secure-digest", &OpRecord::op_secure_digest},
    {"op-secure-params", &OpRecord::op_secure_params},
    {"migrate_source", &OpRecord::migrate_source},
    {"migrate_target", &OpRecord::migrate_target},
};

bool set_op_number(OpRecord& op, std::string_view name, std::string_view value) {
    if (name == "call-id") return number(value, op.call_id), true;
    if (name == "rc-code") return number(value, op.rc), true;
    if (name == "op-status") return number(value, op.op_status), true;
    if (name == "interval") return number(value, op.interval_ms), true;
    if (name == "last-rc-change") return number(value, op.last_rc_change), true;
    if (name == "exec-time") return number(value, op.exec_time_ms), true;
    if (name == "queue-time") return number(value, op.queue_time_ms), true;
    return false;
}

// Records of one writer have their attributes in one order: where attribute i was found last time is where it is likely
// to be found again.
const TextField* find_text_field(std::string_view name, std::size_t i, std::array<const TextField*, 32>& hints) {
    if (i < hints.size() && hints[i] != nullptr && hints[i]->name == name) return hints[i];
    const auto* field = std::find_if(std::begin(kOpTexts), std::end(kOpTexts),
                                     [&](const TextField& f) { return f.name == name; });
    if (i < hints.size() && field != std::end(kOpTexts)) hints[i] = field;
    return field;
}

OpRecord read_op(const Attributes& attributes, std::array<const TextField*, 32>& hints) {
    OpRecord op;
    for (std::size_t i = 0; i < attributes.size(); ++i) {
        const auto& a = attributes[i];
        const auto* field = find_text_field(a.name, i, hints);
        if (field != std::end(kOpTexts)) {
            op.*(field->member) = std::string{a.value};
        } else if (!set_op_number(op, a.name, a.value)) {
            op.extra.push_back({std::string{a.name}, std::string{a.value}});
        }
    }
    return op;
}

ResourceHistory read_history(const Attributes& attributes) {
    ResourceHistory h;
    for (const auto& a : attributes) {
        if (a.name == "id") h.id = a.value;
        else if (a.name == "type") h.type = a.value;
        else if (a.name == "class") h.klass = a.value;
        else if (a.name == "provider") h.provider = a.value;
        else if (a.name == "container") h.container = a.value;
        else h.extra.push_back({std::string{a.name}, std::string{a.value}});
    }
    return h;
}

NodeState read_node(const Attributes& attributes) {
    NodeState n;
    n.transient = xml::Element{};
    for (const auto& a : attributes) {
        if (a.name == "id") n.id = a.value;
        else if (a.name == "uname") n.uname = a.value;
        else if (a.name == "in_ccm") n.in_ccm = a.value;
        else if (a.name == "crmd") n.crmd = a.value;
        else if (a.name == "join") n.join = a.value;
        else if (a.name == "expected") n.expected = a.value;
        else if (a.name == "remote_node") n.remote = parse_bool(a.value).value_or(false);
        else n.extra.push_back({std::string{a.name}, std::string{a.value}});
    }
    return n;
}

// Where the parser stands.  Whatever is not one of the typed places is built as a tree.
class CibHandler final : public xml::Handler {
  public:
    void start(std::string_view name, const Attributes& attributes, int line) override {
        ++depth_;
        if (!tree_.empty()) return push_tree(name, attributes, line);
        if (depth_ == 1) return start_root(name, attributes, line);
        if (depth_ == 2 && name == "status") {
            in_status_ = true;
            return;
        }
        if (!in_status_) return push_tree(name, attributes, line);
        start_status(name, attributes, line);
    }

    void end(std::string_view name) override {
        if (!tree_.empty()) {
            finish_tree();
        } else if (depth_ == 2 && name == "status") {
            in_status_ = false;
        }
        --depth_;
    }

    void text(std::string_view t) override {
        if (!tree_.empty() && !trim(t).empty()) tree_.back().set_text(tree_.back().text() + std::string{t});
    }

    void comment(std::string_view t, int line) override {
        if (tree_.empty()) return;  // comments around typed places are not kept
        xml::Element c = xml::Element::comment(std::string{t});
        c.set_line(line);
        tree_.back().add(std::move(c));
    }

    Cib cib;
    std::string error;

  private:
    void start_root(std::string_view name, const Attributes& attributes, int line) {
        if (name != "cib") {
            error = fmt::format("line {}: the root element is <{}>; expected <cib>", line, name);
        }
        for (const auto& a : attributes) cib.attributes.push_back({std::string{a.name}, std::string{a.value}});
    }

    void start_status(std::string_view name, const Attributes& attributes, int line) {
        if (depth_ == 3 && name == "node_state") {
            cib.status.nodes.push_back(read_node(attributes));
            return;
        }
        if (depth_ == 3 || cib.status.nodes.empty()) return push_tree(name, attributes, line);
        NodeState& node = cib.status.nodes.back();
        if (depth_ == 4 && name == "lrm") {
            node.has_lrm = true;
            for (const auto& a : attributes) {
                if (a.name == "id") node.lrm_id = std::string{a.value};
            }
        } else if (depth_ == 5 && name == "lrm_resources") {
            return;
        } else if (depth_ == 6 && name == "lrm_resource") {
            node.history.push_back(read_history(attributes));
        } else if (depth_ == 7 && name == "lrm_rsc_op" && !node.history.empty()) {
            node.history.back().ops.push_back(read_op(attributes, hints_));
        } else {
            push_tree(name, attributes, line);
        }
    }

    void push_tree(std::string_view name, const Attributes& attributes, int line) {
        xml::Element e{std::string{name}};
        auto& list = e.edit_attributes();
        list.reserve(attributes.size());
        for (const auto& a : attributes) list.push_back({std::string{a.name}, std::string{a.value}});
        e.set_line(line);
        tree_.push_back(std::move(e));
    }

    void finish_tree() {
        xml::Element done = std::move(tree_.back());
        tree_.pop_back();
        if (!tree_.empty()) {
            tree_.back().add(std::move(done));
        } else if (!in_status_) {
            if (done.name() == "configuration") cib.configuration = std::move(done);
        } else if (depth_ == 3) {
            cib.status.others.push_back(std::move(done));
        } else if (depth_ == 4 && done.name() == "transient_attributes" && !cib.status.nodes.empty()) {
            cib.status.nodes.back().transient = std::move(done);
        }
    }

    std::array<const TextField*, 32> hints_{};
    int depth_ = 0;
    bool in_status_ = false;
    std::vector<xml::Element> tree_;
};

void replay(const xml::Element& e, xml::Handler& handler) {
    if (e.is_comment()) return handler.comment(e.text(), e.line());
    Attributes attributes;
    attributes.reserve(e.attributes().size());
    for (const auto& a : e.attributes()) attributes.push_back({a.name, a.value});
    handler.start(e.name(), attributes, e.line());
    if (!e.text().empty()) handler.text(e.text());
    for (const auto& c : e.children()) replay(c, handler);
    handler.end(e.name());
}

}  // namespace

Result<Cib> read(std::string_view xml_bytes) {
    CibHandler handler;
    if (auto done = xml::parse(xml_bytes, handler); !done) return tl::make_unexpected(done.error());
    if (!handler.error.empty()) return fail(handler.error);
    return std::move(handler.cib);
}

Result<Cib> from_element(const xml::Element& cib) {
    CibHandler handler;
    replay(cib, handler);
    if (!handler.error.empty()) return fail(handler.error);
    return std::move(handler.cib);
}

}  // namespace muster::cib
