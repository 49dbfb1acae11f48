#include "tools/crm/shell/context.h"

#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <iostream>

#include "base/text.h"
#include "tools/crm/configure/editor.h"

namespace muster::crm {

Context::Context(std::ostream& o, std::ostream& e) : out{o}, err{e} {}
Context::~Context() = default;

Result<CibStore*> Context::store() {
    if (store_) return store_.get();
    const auto variable = [](const char* name) {
        const char* value = std::getenv(name);
        return std::string{value == nullptr ? "" : value};
    };
    if (!options.cib.empty()) {
        const bool path = options.cib.find('/') != std::string::npos;
        store_ = file_store(path ? options.cib : shadow_path(options.cib), options.cib);
    } else if (const auto shadow = variable("CIB_shadow"); !shadow.empty()) {
        store_ = file_store(shadow_path(shadow), shadow);
    } else if (const auto file = variable("CIB_file"); !file.empty()) {
        store_ = file_store(file, file);
    } else {
        auto live = live_store([this](const std::string& what) { info(what); });
        if (!live) return tl::make_unexpected(live.error());
        store_ = std::move(*live);
    }
    return store_.get();
}

Result<Editor*> Context::editing() {
    if (editor) return editor.get();
    auto where = store();
    if (!where) return tl::make_unexpected(where.error());
    auto cib = (*where)->load_to_change();
    if (!cib) return tl::make_unexpected(cib.error());
    editor = std::make_unique<Editor>(std::move(*cib));
    return editor.get();
}

int Context::fail(const std::string& message) {
    err << (color ? "\033[31merror\033[0m: " : "error: ") << message << "\n";
    return kError;
}

int Context::fail(const Error& error) { return fail(error.message); }

int Context::usage(const Args& args, const std::string& why) {
    const Command& c = *args.command;
    fail(why);
    err << "usage: " << (c.level.empty() ? "" : c.level + " ") << c.name << " " << c.arguments << "\n";
    return kUsage;
}

void Context::warn(const std::string& message) {
    err << (color ? "\033[33mwarning\033[0m: " : "warning: ") << message << "\n";
}

void Context::info(const std::string& message) { err << message << "\n"; }

bool Context::confirm(const std::string& question) {
    if (options.yes || options.force) return true;
    if (options.no) return false;
    if (isatty(STDIN_FILENO) == 0) {
        fail(question + " (say --yes to do it)");
        return false;
    }
    err << question << " (y/n) " << std::flush;
    std::string answer;
    return std::getline(std::cin, answer) && parse_bool(trim(answer)).value_or(false);
}

WallTime Context::now() const {
    return WallTime{std::chrono::duration_cast<std::chrono::microseconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count()};
}

}  // namespace muster::crm
