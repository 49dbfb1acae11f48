// What a command sees of the world: options, output, the store, the level, the editing session.
#pragma once

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tools/crm/store/store.h"
#include "tools/crm/table/command.h"

namespace muster::crm {

class Editor;

struct Options {
    bool force = false;    // -F: go on where a check would stop
    bool yes = false;      // -y: every question is answered yes
    bool no = false;       // -n: every question is answered no
    bool debug = false;    // -d
    bool wait = false;     // -w: until the cluster has done it
    bool dry_run = false;  // --dry-run: say what would happen, change nothing
    bool help = false;
    bool version = false;
    std::string cib;       // -c: a path with a slash, or a shadow's name
    std::string display = "auto";  // -D: plain, color, color-always, uppercase
    std::string output = "text";   // -o text|json|xml of reading commands
    std::string file;      // -f: commands from there, "-": standard input
    std::string history;   // -H
    std::map<std::string, std::string> set;  // -o NAME=VALUE
    std::vector<std::string> words;
};
Result<Options> parse_options(const std::vector<std::string>& arguments);

class Context {
  public:
    Context(std::ostream& out, std::ostream& err);
    ~Context();

    Options options;
    std::ostream& out;
    std::ostream& err;
    std::string level;          // "" is the top
    bool interactive = false;   // a person types
    bool quit = false;
    bool color = false;         // of standard output
    int width = 80;
    std::string source;         // name of the script, for messages
    std::unique_ptr<Editor> editor;  // of the configure level; made by editing()

    // The store that -c, CIB_shadow, CIB_file or the running cluster give.
    Result<CibStore*> store();
    void use(std::unique_ptr<CibStore> store) { store_ = std::move(store); }
    // The session of the configure level: begun at its first use.
    Result<Editor*> editing();

    int fail(const Error& error);                       // prints it, kError
    int fail(const std::string& message);
    int usage(const Args& args, const std::string& why);  // prints it with the usage line, kUsage
    void warn(const std::string& message);
    void info(const std::string& message);
    // -y: yes; no terminal: no, and the error says how to say yes.
    bool confirm(const std::string& question);
    WallTime now() const;

  private:
    std::unique_ptr<CibStore> store_;
};

// One logical line.  `single` means that it comes from the command line: levels are left again afterwards.
int run_line(Context& context, Tokens words, bool single);
int run_script(Context& context, const std::string& text, const std::string& name);
int run_interactive(Context& context);
// Goes up one level; asks or commits where changes wait.
int leave_level(Context& context);

}  // namespace muster::crm
