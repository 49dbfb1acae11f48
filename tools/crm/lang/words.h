// Words of a command line: what the shell, scripts and the configuration language are made of.
//
// Blanks separate words; "double" and 'single' quotes keep blanks; in double quotes and outside, a backslash takes the
// next character as it is; a backslash at the end of a line joins it with the next; # starts a comment line.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace muster::crm {

struct Token {
    std::string text;     // without quotes
    int line = 0;         // of its script, from 1; 0: typed
    int column = 0;       // of its logical line, from 1
    bool quoted = false;  // any part of it
};
using Tokens = std::vector<Token>;

// One logical line of a script: continuation joined, blank and comment lines dropped.
struct Line {
    std::string text;
    std::string comment;  // comment lines right above it, without the newline of the last
    int number = 0;       // of its first physical line
};
std::vector<Line> logical_lines(std::string_view script);

Result<Tokens> lex(std::string_view line, int number = 0);
// Words that another shell has split already (argv).
Tokens from_words(const std::vector<std::string>& words);
// The line as it would be typed again.
std::string to_line(const Tokens& tokens);
// Quoted where lex() would otherwise read it differently.
std::string quote(std::string_view word);

}  // namespace muster::crm
