// crm_ticket: tickets of a multi-site cluster.
#include <fmt/format.h>

#include <ctime>

#include "base/text.h"
#include "base/xml/write.h"
#include "tools/classic/programs.h"
#include "tools/classic/store.h"

namespace muster::classic {
namespace {

using xml::Element;

const std::vector<Option>& known_options() {
    static const std::vector<Option> all = with_common({
        {"info", 'l', Takes::nothing, "Show tickets"},
        {"details", 'L', Takes::nothing, "Show tickets with all their attributes"},
        {"raw", 'w', Takes::nothing, "Show the ids of tickets"},
        {"query-xml", 'q', Takes::nothing, "Show tickets as XML"},
        {"constraints", 'c', Takes::nothing, "Show the constraints about tickets"},
        {"grant", 'g', Takes::nothing, "Grant a ticket to this site"},
        {"revoke", 'r', Takes::nothing, "Take a ticket from this site"},
        {"standby", 's', Takes::nothing, "Stop what depends on the ticket, without its loss policy"},
        {"activate", 'a', Takes::nothing, "End a ticket's standby"},
        {"get-attr", 'G', Takes::value, "Show an attribute of a ticket"},
        {"set-attr", 'S', Takes::value, "Set an attribute of a ticket (with -v)"},
        {"delete-attr", 'D', Takes::value, "Delete an attribute of a ticket"},
        {"cleanup", 'C', Takes::nothing, "Forget a ticket"},
        {"attr-value", 'v', Takes::value, "The value for -S"},
        {"default", 'd', Takes::value, "For -G: show this if there is none"},
        {"force", 'f', Takes::nothing, "Do it although it may hurt"},
        {"ticket", 't', Takes::value, "The ticket"},
        {"set-name", 'n', Takes::value, "Accepted for compatibility"},
        {"nvpair", 'i', Takes::value, "Accepted for compatibility"},
        {"quiet", 'Q', Takes::nothing, "Print only the value"},
    });
    return all;
}

std::string local_time(const std::string& seconds) {
    const std::time_t t = static_cast<std::time_t>(parse_int(seconds).value_or(0));
    std::tm parts{};
    localtime_r(&t, &parts);
    char text[64];
    const auto size = std::strftime(text, sizeof text, "%a %b %e %H:%M:%S %Y", &parts);
    return {text, size};
}

class Tickets {
  public:
    Tickets(Context& context, const Options& options, Store& store, Element document)
        : context_{context}, options_{options}, store_{store}, document_{std::move(document)}, id_{options.get("ticket")} {}

    Exit run() {
        for (const char* show : {"info", "details", "raw", "query-xml", "constraints"}) {
            if (options_.has(show)) return show_some(show);
        }
        if (options_.has("get-attr")) return need_id() ? get_attribute() : status_;
        const bool change = options_.has("grant") || options_.has("revoke") || options_.has("standby") ||
                            options_.has("activate") || options_.has("set-attr") || options_.has("delete-attr") ||
                            options_.has("cleanup");
        if (!change) return context_.complain(kUsage, "Must supply a command");
        if (!need_id()) return status_;
        if (!allowed()) return context_.complain(kNotAllowed, "Ticket modification not allowed");
        return options_.has("cleanup") ? cleanup() : change_state();
    }

  private:
    bool need_id() {
        if (!id_.empty()) return true;
        status_ = context_.complain(kUsage, "Must supply ticket ID with -t");
        return false;
    }

    std::vector<const Element*> states() const {
        const Element* status = document_.child("status");
        const Element* tickets = status ? status->child("tickets") : nullptr;
        return tickets ? tickets->children_named("ticket_state") : std::vector<const Element*>{};
    }
    const Element* state() const {
        for (const Element* s : states()) {
            if (s->id() == id_) return s;
        }
        return nullptr;
    }

    Exit show_some(std::string_view what) {
        if (what == "constraints") return show_constraints();
        if (!id_.empty() && !state()) return context_.complain(kNoSuch, fmt::format("No such ticket '{}'", id_));
        if (what == "query-xml") return show_xml();
        for (const Element* s : states()) {
            if (!id_.empty() && s->id() != id_) continue;
            context_.out += what == "raw" ? s->id() + "\n" : line(*s, what == "details");
        }
        return kOk;
    }

    static std::string line(const Element& s, bool details) {
        const bool granted = parse_bool(s.get("granted")).value_or(false);
        const bool standby = parse_bool(s.get("standby")).value_or(false);
        std::string text = fmt::format("{}\t{} {}", s.id(), granted ? "granted" : "revoked", standby ? "[standby]" : "         ");
        const std::string last = s.has("last-granted") ? fmt::format("last-granted='{}'", local_time(s.get("last-granted"))) : "";
        if (!details) return text + (last.empty() ? "" : " " + last) + "\n";
        std::vector<std::string> parts;
        for (const auto& a : s.attributes()) {
            if (a.name != "id" && a.name != "last-granted") parts.push_back(a.name + "=" + a.value);
        }
        if (!last.empty()) parts.push_back(last);
        return text + (parts.empty() ? "" : " (" + join(parts, ", ") + ")") + "\n";
    }

    Exit show_xml() {
        context_.out += "State XML:\n\n";
        if (!id_.empty()) {
            context_.out += xml::write_pretty(*state());
            return kOk;
        }
        Element all{"tickets"};
        for (const Element* s : states()) all.add(*s);
        context_.out += xml::write_pretty(all);
        return kOk;
    }

    Exit show_constraints() {
        std::vector<const Element*> found;
        if (const Element* constraints = cib::find_section(document_, "constraints")) {
            for (const Element* c : constraints->children_named("rsc_ticket")) {
                if (id_.empty() || c->get("ticket") == id_) found.push_back(c);
            }
        }
        if (found.empty()) return context_.complain(kNoSuch, "No such constraint");
        context_.out += "Constraints XML:\n\n";
        for (const Element* c : found) context_.out += xml::write_pretty(*c);
        return kOk;
    }

    Exit get_attribute() {
        const std::string name = options_.get("get-attr");
        const Element* s = state();
        const std::string* value = s ? s->find(name) : nullptr;
        if (!value && !options_.has("default")) return context_.complain(kNoSuch, fmt::format("ticket {} has no {}", id_, name));
        context_.out += (value ? *value : options_.get("default")) + "\n";
        return kOk;
    }

    bool is_granted() const {
        const Element* s = state();
        return s && parse_bool(s->get("granted")).value_or(false);
    }

    // Granting and revoking may hurt: they need --force.
    bool allowed() {
        if (options_.has("force")) return true;
        const bool sets_granted = options_.get("set-attr") == "granted";
        const bool to = parse_bool(options_.get("attr-value")).value_or(false);
        if (options_.has("grant") || (sets_granted && to)) {
            context_.out += fmt::format("This command cannot help you verify whether '{0}' has been already granted elsewhere.\n"
                                        "If you really want to grant '{0}' to this site now, and you know what you are doing,\n"
                                        "please specify --force.\n", id_);
            return false;
        }
        const bool revokes = options_.has("revoke") || (sets_granted && !to) || options_.get("delete-attr") == "granted" ||
                             (options_.has("cleanup") && is_granted());
        if (!revokes) return true;
        context_.out += fmt::format("Revoking '{0}' can trigger the specified 'loss-policy'(s) relating to '{0}'.\n\n"
                                    "You can check that with:\ncrm_ticket --ticket {0} --constraints\n\n"
                                    "Otherwise before revoking '{0}', you may want to make '{0}' standby with:\n"
                                    "crm_ticket --ticket {0} --standby\n\n"
                                    "If you really want to revoke '{0}' from this site now, and you know what you are doing,\n"
                                    "please specify --force.\n", id_);
        return false;
    }

    Exit failed(const Error& error) {
        return context_.complain(exit_of(error), fmt::format("Error performing operation: {} ({})", classic_words(error), error.message));
    }

    Exit cleanup() {
        if (!state()) return context_.complain(kNoSuch, fmt::format("No such ticket '{}'", id_));
        cib::Operation op;
        op.verb = cib::Verb::remove;
        op.section = "status";
        op.input = Element{"ticket_state", {{"id", id_}}};
        if (auto done = store_.apply(op); !done) return failed(done.error());
        context_.out += fmt::format("Cleaned up {}\n", id_);
        return kOk;
    }

    Exit change_state() {
        const Element* before = state();
        Element after = before ? *before : Element{"ticket_state", {{"id", id_}}};
        if (options_.has("grant")) after.set("granted", "true");
        if (options_.has("revoke")) after.set("granted", "false");
        if (options_.has("standby")) after.set("standby", "true");
        if (options_.has("activate")) after.set("standby", "false");
        if (options_.has("set-attr")) after.set(options_.get("set-attr"), options_.get("attr-value"));
        for (const auto& name : options_.all("delete-attr")) after.unset(name);
        const bool granted = parse_bool(after.get("granted")).value_or(false);
        if (granted && !is_granted()) after.set("last-granted", std::to_string(context_.now.to_seconds()));
        cib::Operation op;
        op.section = "status";
        if (before) {
            op.verb = cib::Verb::replace;
            op.input = std::move(after);
        } else {
            op.verb = cib::Verb::modify;
            op.allow_create = true;
            Element tickets{"tickets"};
            tickets.add(std::move(after));
            op.input = std::move(tickets);
        }
        if (auto done = store_.apply(op); !done) return failed(done.error());
        return kOk;
    }

    Context& context_;
    const Options& options_;
    Store& store_;
    Element document_;
    std::string id_;
    Exit status_ = kOk;
};

}  // namespace

Exit crm_ticket(Context& context) {
    Exit status = kOk;
    const auto options = begin(context, "tickets of a multi-site cluster", known_options(), status);
    if (!options) return status;
    auto store = open_store(context);
    if (!store) return context.complain(exit_of(store.error()), store.error().message);
    auto document = (*store)->read();
    if (!document) return context.complain(exit_of(document.error()), document.error().message);
    return Tickets{context, *options, **store, std::move(*document)}.run();
}

}  // namespace muster::classic
