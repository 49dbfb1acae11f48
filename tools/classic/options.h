// Command lines as the classic tools take them: -n NAME, -nNAME, --name NAME, --name=NAME, unique beginnings of long
// names, letters run together (-GQ), and options that may have a value (-p [RESOURCE]).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster::classic {

enum class Takes { nothing, value, maybe };

struct Option {
    std::string_view name;  // long name; the key
    char letter = 0;        // 0: none
    Takes takes = Takes::nothing;
    std::string_view help;
    std::string_view same_as = {};  // another spelling of that option
};

class Options {
  public:
    bool has(std::string_view name) const { return values_.find(name) != values_.end(); }
    int count(std::string_view name) const;
    // The last one given; empty if none.
    std::string get(std::string_view name, std::string_view otherwise = {}) const;
    std::vector<std::string> all(std::string_view name) const;
    const std::vector<std::string>& rest() const { return rest_; }
    // Names of the options in the order given.
    const std::vector<std::string>& order() const { return order_; }

  private:
    friend class OptionReader;
    std::map<std::string, std::vector<std::string>, std::less<>> values_;
    std::vector<std::string> order_;
    std::vector<std::string> rest_;
};

// The error is the sentence that the tools say: "Unknown option --bogus".
Result<Options> parse_options(const std::vector<Option>& known, const std::vector<std::string>& arguments);

// The text of --help.
std::string help_text(std::string_view program, std::string_view about, const std::vector<Option>& known);

}  // namespace muster::classic
