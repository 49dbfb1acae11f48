// The interactive mode: libedit, history in a file, Tab with descriptions.
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <memory>

#include "base/text.h"
#include "tools/crm/configure/editor.h"
#include "tools/crm/line/candidates.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {
namespace {

struct Session {
    Context& context;
    std::string prompt;
};

std::string common_beginning(const std::vector<Candidate>& all) {
    std::string out = all.front().text;
    for (const auto& c : all) {
        std::size_t n = 0;
        while (n < out.size() && n < c.text.size() && out[n] == c.text[n]) ++n;
        out.resize(n);
    }
    return out;
}

void list_candidates(const std::vector<Candidate>& all) {
    std::size_t width = 0;
    for (const auto& c : all) width = std::max(width, c.text.size());
    std::cout << "\n";
    std::size_t shown = 0;
    for (const auto& c : all) {
        if (++shown > 60) {
            std::cout << "  ... and " << all.size() - 60 << " more\n";
            break;
        }
        std::cout << "  " << c.text << std::string(width - c.text.size() + 2, ' ') << c.description << "\n";
    }
    std::cout << std::flush;
}

unsigned char on_tab(EditLine* el, int) {
    Session* session = nullptr;
    el_get(el, EL_CLIENTDATA, &session);
    const LineInfo* info = el_line(el);
    const std::string line(info->buffer, info->cursor);
    const auto found = candidates(session->context, line);
    if (found.empty()) return CC_REFRESH_BEEP;
    const auto start = line.find_last_of(" \t");
    const std::string word = start == std::string::npos ? line : line.substr(start + 1);
    std::string common = common_beginning(found);
    if (found.size() == 1 && !found.front().open) common += " ";
    if (common.size() > word.size()) {
        el_insertstr(el, common.substr(word.size()).c_str());
        return CC_REFRESH;
    }
    list_candidates(found);
    return CC_REDISPLAY;
}

char* prompt(EditLine* el) {
    Session* session = nullptr;
    el_get(el, EL_CLIENTDATA, &session);
    return session->prompt.data();
}

std::string prompt_text(Context& context) {
    auto store = context.store();
    const bool waiting = context.editor && context.editor->changed();
    return "crm(" + (store ? (*store)->name() : std::string{"no cluster"}) + ")" + context.level + (waiting ? "*# " : "# ");
}

std::string history_path() {
    const char* home = std::getenv("HOME");
    return home == nullptr ? "" : std::string{home} + "/.muster_history";
}

struct HistoryEnd {
    void operator()(History* h) const { history_end(h); }
};
struct EditEnd {
    void operator()(EditLine* e) const { el_end(e); }
};

// One logical line; false at the end of the input.
bool read_logical(EditLine* el, History* past, std::string& out) {
    out.clear();
    while (true) {
        int count = 0;
        const char* line = el_gets(el, &count);
        if (line == nullptr || count <= 0) return false;
        std::string text{line, static_cast<std::size_t>(count)};
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
        const bool more = !text.empty() && text.back() == '\\';
        if (more) text.pop_back();
        out += text + (more ? " " : "");
        if (more) continue;
        HistEvent event;
        if (!trim(out).empty()) history(past, &event, H_ENTER, out.c_str());
        return true;
    }
}

}  // namespace

int run_interactive(Context& context) {
    context.interactive = true;
    Session session{context, ""};
    const std::unique_ptr<EditLine, EditEnd> el{el_init("crm", stdin, stdout, stderr)};
    const std::unique_ptr<History, HistoryEnd> past{history_init()};
    if (!el || !past) return context.fail("the terminal can not be used for editing");
    HistEvent event;
    history(past.get(), &event, H_SETSIZE, 1000);
    history(past.get(), &event, H_SETUNIQUE, 1);
    const std::string path = history_path();
    if (!path.empty()) history(past.get(), &event, H_LOAD, path.c_str());
    el_set(el.get(), EL_CLIENTDATA, &session);
    el_set(el.get(), EL_EDITOR, "emacs");
    el_set(el.get(), EL_SIGNAL, 1);
    el_set(el.get(), EL_HIST, history, past.get());
    el_set(el.get(), EL_PROMPT, prompt);
    el_set(el.get(), EL_ADDFN, "crm-complete", "offer what fits", on_tab);
    el_set(el.get(), EL_BIND, "^I", "crm-complete", nullptr);
    int status = kOk;
    std::string line;
    while (!context.quit) {
        session.prompt = prompt_text(context);
        if (!read_logical(el.get(), past.get(), line)) {
            std::cout << "\n";
            break;
        }
        if (trim(line).empty() || trim(line).front() == '#') continue;
        auto words = lex(line);
        status = words ? run_line(context, std::move(*words), false) : context.fail(words.error());
    }
    if (!path.empty()) history(past.get(), &event, H_SAVE, path.c_str());
    while (!context.level.empty()) {
        if (leave_level(context) != kOk) break;
    }
    return status;
}

}  // namespace muster::crm
