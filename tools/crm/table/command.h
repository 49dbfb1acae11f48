// The command table: each command of crm is described once, here, and that description drives the parser, help, Tab,
// the manual page and shell completion.
//
// To add a command: write `int my_command(Context&, const Args&)`, put one Command into an add_*(Table&) function of
// your folder and call that function in table/all.cpp.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/crm/lang/words.h"

namespace muster::crm {

class Context;
struct Command;

struct Args {
    Tokens words;  // after the command's name
    const Command* command = nullptr;
    std::size_t size() const { return words.size(); }
    bool empty() const { return words.empty(); }
    const std::string& operator[](std::size_t i) const { return words[i].text; }
    // Takes the word out of the list if it is there ("force", "--yes"); its place does not matter.
    bool take(std::string_view word);
};

// What an argument names: Tab offers these.
enum class Want {
    nothing, word, resource, container, constraint, object, node, agent, parameter, operation, property, defaults,
    meta, score, role, device, file, shadow, command, topic, lifetime, ticket, tag, acl_role, set_path,
    on_off, keyword,  // keyword: from Command::keywords
};

using Action = std::function<int(Context&, const Args&)>;

inline constexpr int kOk = 0;
inline constexpr int kError = 1;
inline constexpr int kUsage = 2;

struct Command {
    std::string level;      // "" is the top; "resource", "configure", ...
    std::string name;       // "stop"
    std::vector<std::string> aliases;
    std::string arguments;  // as in the usage line: "<rsc> [<rsc>...]"
    std::string summary;    // one line
    std::string help;       // paragraphs; may be empty
    std::vector<Want> wants;  // by position; the last one repeats
    std::vector<std::string> keywords;
    std::size_t least = 0;  // number of words it needs
    std::size_t most = 1000;
    bool changes = false;   // may change the configuration or the cluster
    Action run;
};

struct Level {
    std::string name;
    std::vector<std::string> aliases;
    std::string summary;
    std::string help;
};

class Table {
  public:
    void add(Level level) { levels_.push_back(std::move(level)); }
    void add(Command command) { commands_.push_back(std::move(command)); }
    const std::vector<Level>& levels() const { return levels_; }
    const std::vector<Command>& commands() const { return commands_; }

    // By exact name or alias, else by unique beginning, else by letters in order ("cfg"); the error names what fits.
    Result<const Command*> command(std::string_view level, std::string_view word) const;
    Result<const Level*> level(std::string_view word) const;
    std::vector<const Command*> in_level(std::string_view level) const;  // by name

  private:
    std::vector<Level> levels_;
    std::vector<Command> commands_;
};

// All of crm's commands; built once.
const Table& table();

}  // namespace muster::crm
