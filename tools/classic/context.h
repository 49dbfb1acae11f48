// What a classic tool gets to see of the world, and where its words go.  main() connects it with the process; tests
// fill it by hand.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "tools/classic/exit_status.h"
#include "tools/classic/options.h"

namespace muster::classic {

class Store;

struct Context {
    std::string program;
    std::vector<std::string> arguments;  // without the program's name
    std::map<std::string, std::string> environment;
    std::string host;                    // uname -n
    WallTime now;
    std::function<WallTime()> clock = [] { return WallTime{}; };  // for what runs on: reads now anew
    std::function<Result<std::string>()> read_stdin;
    std::string out;
    std::string err;
    // Says what is in `out` so far at once (monitors and waits; elsewhere output is written at the end).
    std::function<void()> flush = [] {};
    // Goes on as a process of its own, without a terminal, once its id is in the file; the caller's process ends well.
    std::function<Result<void>(const std::string& pid_file)> detach = [](const std::string&) { return fail("no process can be made here"); };
    std::function<void(milliseconds)> wait = [](milliseconds) {};

    std::string env(const std::string& name, std::string_view otherwise = {}) const;
    std::string request() const;  // the command line as one text
    Exit complain(Exit status, std::string_view text);  // "program: text" on stderr
};

// What most tools have: --output-as, --output-to, -V, -$, --help.
std::vector<Option> with_common(std::vector<Option> own);
// Parses; answers --help and --version itself.  nullopt: the tool is done, with `status`.
std::optional<Options> begin(Context& context, std::string_view about, const std::vector<Option>& known, Exit& status);

}  // namespace muster::classic
