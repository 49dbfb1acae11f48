// The screen as text: width-aware, colour only where something is wrong.
#include <algorithm>

#include "base/text.h"
#include "tools/crm/status/screen.h"

namespace muster::crm::status {

namespace {

class Writer {
  public:
    explicit Writer(const TextOptions& options) : width_{static_cast<std::size_t>(std::max(40, options.width))}, color_{options.color} {}
    // Breaks at blanks; what follows is indented by `hang`.
    void line(const std::string& text, std::size_t hang = 0, const char* color = "") {
        std::string rest = text;
        bool first = true;
        while (true) {
            const std::string indent = first ? "" : std::string(hang, ' ');
            std::size_t room = width_ - std::min(width_ - 20, indent.size());
            std::size_t cut = rest.size();
            if (rest.size() > room) {
                cut = rest.rfind(' ', room);
                const std::size_t content = rest.find_first_not_of(' ');
                if (cut == std::string::npos || cut <= content) cut = rest.find(' ', room);
                if (cut == std::string::npos) cut = rest.size();
                // A command at the end is copied from the screen: it stays whole where it fits a line.
                const std::size_t command = rest.find(" crm ", std::min(content, rest.size()));
                if (command != std::string::npos && command < cut && rest.size() - command - 1 + hang <= width_) cut = command;
            }
            put(indent + rest.substr(0, cut), color);
            if (cut >= rest.size()) return;
            rest = rest.substr(cut + 1);
            first = false;
        }
    }
    void blank() { out_ += "\n"; }
    std::string take() { return std::move(out_); }
    std::size_t width() const { return width_; }

  private:
    void put(const std::string& text, const char* color) {
        out_ += color_ && *color != '\0' ? std::string{color} + text + "\033[0m\n" : text + "\n";
    }
    std::size_t width_;
    bool color_;
    std::string out_;
};

constexpr const char* kRed = "\033[31m";
constexpr const char* kYellow = "\033[33m";

std::string pad(std::string text, std::size_t width) {
    if (text.size() < width) text.append(width - text.size(), ' ');
    return text;
}

const char* color_of(Verdict v) { return v == Verdict::fine ? "" : v == Verdict::degraded ? kYellow : kRed; }
const char* color_of(Health h) { return h == Health::down ? kRed : h == Health::partial || h == Health::busy ? kYellow : ""; }

void headline(Writer& w, const Screen& s) {
    const std::string nodes = std::to_string(s.nodes_online) + " of " + std::to_string(s.nodes.size()) + " nodes online, " +
                              (s.have_quorum ? "quorum" : "NO QUORUM");
    const std::string clock = to_iso8601(s.now).substr(11, 8);
    std::string text = s.cluster + "  " + s.verdict_text;
    const std::string right = nodes + "  " + clock;
    if (text.size() + 2 + right.size() <= w.width()) {
        text = pad(text, w.width() - right.size()) + right;
        w.line(text, 0, color_of(s.verdict));
    } else {
        w.line(text, 2, color_of(s.verdict));
        w.line("  " + right, 2);
    }
}

void services_block(Writer& w, const Screen& s, const TextOptions& options) {
    if (s.services.empty()) return;
    std::size_t id = 8;
    std::size_t state = 5;
    for (const auto& x : s.services) {
        id = std::max(id, std::min<std::size_t>(28, x.id.size() + (x.kind == "primitive" ? 0 : x.kind.size() + 3)));
        state = std::max(state, x.state.size());
    }
    w.blank();
    w.line(pad("SERVICES", id + 4) + pad("STATE", state + 2) + "WHERE, SINCE");
    std::size_t shown = 0;
    std::size_t hidden = 0;
    for (const auto& x : s.services) {
        // A long list of healthy ones is counted, not printed.
        if (!options.verbose && s.services.size() > 40 && (x.health == Health::up || x.health == Health::off) && shown >= 20) {
            ++hidden;
            continue;
        }
        ++shown;
        std::string text = "  " + pad(x.id + (x.kind == "primitive" ? "" : " (" + x.kind + ")"), id + 2) + pad(x.state, state + 2);
        std::string tail = x.where.empty() ? "-" : x.where;
        if (x.since_s) tail += ", " + duration_text(*x.since_s);
        if (!x.remark.empty()) tail += ", " + x.remark;
        w.line(text + tail, id + state + 6, color_of(x.health));
    }
    if (hidden > 0) w.line("  ... and " + std::to_string(hidden) + " more that are up or off (crm status verbose)");
}

void wrong_block(Writer& w, const Screen& s, const TextOptions& options) {
    if (s.wrong.empty()) return;
    w.blank();
    w.line("WRONG");
    int number = 0;
    for (const auto& p : s.wrong) {
        if (++number > 12 && !options.verbose) {
            w.line("  ... and " + std::to_string(s.wrong.size() - 12) + " more (crm status verbose)");
            break;
        }
        w.line(" " + std::string(number < 10 ? 1 : 0, ' ') + std::to_string(number) + " " + p.text, 4, p.serious ? kRed : kYellow);
        for (const auto& m : p.more) w.line("      " + m, 6);
    }
}

void safety_block(Writer& w, const Screen& s) {
    w.blank();
    w.line("SAFETY");
    for (const auto& l : s.safety) {
        const bool bad = l.find(" NO") != std::string::npos || l.find("OFF") != std::string::npos;
        w.line("  " + l, 4, bad ? kYellow : "");
    }
    // Nodes with the same answer share a line; the bad ones first.
    std::vector<std::pair<std::string, std::vector<std::string>>> answers;
    for (const bool bad : {true, false}) {
        for (const auto& l : s.losses) {
            if (bad != !l.down.empty()) continue;
            const std::string answer = bad ? "NOT SAFE, down: " + join(l.down, " ")
                                           : "safe" + (l.moves.empty() ? std::string{} : ", " + join(l.moves, ", "));
            auto it = std::find_if(answers.begin(), answers.end(), [&](const auto& a) { return a.first == answer; });
            if (it == answers.end()) it = answers.insert(answers.end(), {answer, {}});
            it->second.push_back(l.node);
        }
    }
    for (const auto& [answer, names] : answers) {
        const std::string who = names.size() == 1 ? names[0] : "any one of " + join(names, " ");
        w.line("  if " + who + " is lost: " + answer, 6, starts_with(answer, "NOT") ? kYellow : "");
    }
    if (s.losses_left_out) w.line("  loss of a node: " + *s.losses_left_out, 4);
}

void now_block(Writer& w, const Screen& s, const TextOptions& options) {
    w.blank();
    if (s.doing.empty() && s.paused.empty()) {
        w.line("NOW     nothing to do");
        return;
    }
    w.line("NOW");
    int lines = 0;
    for (const auto& d : s.doing) {
        if (++lines > 10 && !options.verbose) {
            w.line("  ... and " + std::to_string(s.doing.size() - 10) + " more");
            break;
        }
        w.line("  " + d, 8);
    }
    lines = 0;
    for (const auto& p : s.paused) {
        if (++lines > 8 && !options.verbose) {
            w.line("  ... and " + std::to_string(s.paused.size() - 8) + " more are paused or off");
            break;
        }
        w.line("  paused: " + p, 10);
    }
}

void nodes_block(Writer& w, const Screen& s, const TextOptions& options) {
    w.blank();
    if (options.by_node) {
        w.line("NODES");
        for (const auto& n : s.nodes) {
            w.line("  " + n.name + ": " + n.state, 4, n.bad ? kRed : "");
            if (!n.resources.empty()) w.line("      " + join(n.resources, ", "), 6);
        }
        return;
    }
    // Equal states together: 32 nodes are one line.
    std::vector<std::pair<std::string, std::vector<std::string>>> groups;
    for (const auto& n : s.nodes) {
        auto it = std::find_if(groups.begin(), groups.end(), [&](const auto& g) { return g.first == n.state; });
        if (it == groups.end()) it = groups.insert(groups.end(), {n.state, {}});
        it->second.push_back(n.name);
    }
    std::string text = "Nodes:";
    for (const auto& [state, names] : groups) text += (text.size() > 6 ? ";  " : " ") + join(names, " ") + " " + state;
    w.line(text, 7);
}

}  // namespace

std::string text(const Screen& s, const TextOptions& options) {
    Writer w{options};
    if (!options.no_headline) headline(w, s);
    if (options.headline_only) return w.take();
    services_block(w, s, options);
    if (options.brief) return w.take();
    wrong_block(w, s, options);
    if (!s.displaced.empty()) {
        w.blank();
        w.line("NOT WHERE YOU WANT IT");
        for (const auto& d : s.displaced) w.line("  " + d, 6);
    }
    safety_block(w, s);
    now_block(w, s, options);
    nodes_block(w, s, options);
    return w.take();
}

}  // namespace muster::crm::status
