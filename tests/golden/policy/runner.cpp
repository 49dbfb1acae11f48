// Golden tests of the planner: each case of each .txt file here is a small cluster (scenario.h), a line "----", and the
// plan that follows.  Cases are parted by "====".  UPDATE_GOLDEN=1 writes the answers anew: read the difference line by
// line before it is committed.  DUMP=DIR writes each case's CIB and graph there.   usage: golden_policy FOLDER
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "cib/model/write.h"
#include "policy-engine/graph_check.h"
#include "policy-engine/graph_xml.h"
#include "policy-engine/text.h"
#include "tests/golden/policy/scenario.h"

namespace {

using namespace muster;

struct Case {
    std::vector<std::string> input;
    std::string expected;
};

std::vector<Case> cases_of(const std::string& text) {
    std::vector<Case> cases(1);
    bool answer = false;
    for (const auto line : split(text, '\n')) {
        if (line == "====") {
            cases.emplace_back();
            answer = false;
        } else if (line == "----" && !answer) {
            answer = true;
        } else if (answer) {
            cases.back().expected += std::string{line} + "\n";
        } else {
            cases.back().input.emplace_back(line);
        }
    }
    return cases;
}

std::string trimmed(const std::string& text) { return std::string{trim(text)} + "\n"; }

std::string answer_to(const Case& c) {
    const auto scenario = golden::read_scenario(c.input);
    if (!scenario) return "scenario: " + scenario.error().message + "\n";
    policy::PlanOptions options;
    options.keep_scores = true;  // so that the reasons name what rules a node out
    const policy::Plan plan = policy::plan(scenario->cib, scenario->now, options);
    std::string text = policy::to_text(plan);
    for (const auto& fault : policy::graph_errors(plan.graph)) text += "INVALID GRAPH: " + fault + "\n";
    if (plan.broken_loops > 0) text += fmt::format("LOOPS GIVEN UP: {}\n", plan.broken_loops);
    return text;
}

void dump(const std::string& name, const Case& c) {
    const char* folder = std::getenv("DUMP");
    const auto scenario = golden::read_scenario(c.input);
    if (!folder || !scenario) return;
    std::ofstream{std::filesystem::path{folder} / (name + ".xml")} << cib::write(scenario->cib);
    std::ofstream{std::filesystem::path{folder} / (name + ".graph")} << policy::graph_xml(policy::plan(scenario->cib, scenario->now).graph);
}

// Number of cases that differ.
int run_file(const std::filesystem::path& path, bool update) {
    int number = 0;
    std::ifstream in{path};
    const std::string text{std::istreambuf_iterator<char>{in}, {}};
    int wrong = 0;
    std::string again;
    for (const auto& c : cases_of(text)) {
        dump(path.stem().string() + "-" + std::to_string(++number), c);
        const std::string answer = answer_to(c);
        if (trimmed(answer) != trimmed(c.expected)) {
            ++wrong;
            if (!update) {
                fmt::print("{}: {}\n  expected:\n{}\n  planned:\n{}\n", path.filename().string(), c.input.empty() ? "" : c.input.front(),
                           trimmed(c.expected), answer);
            }
        }
        std::string input;
        for (const auto& line : c.input) input += line + "\n";
        again += (again.empty() ? "" : "====\n") + std::string{trim(input)} + "\n----\n" + trimmed(answer);
    }
    if (update && wrong > 0) std::ofstream{path} << again;
    return update ? 0 : wrong;
}

}  // namespace

int main(int argc, char** argv) {
    const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
    std::vector<std::filesystem::path> files;
    for (const auto& entry : std::filesystem::directory_iterator{argc > 1 ? argv[1] : "tests/golden/policy"}) {
        if (entry.path().extension() == ".txt" && entry.path().filename() != "CMakeLists.txt") files.push_back(entry.path());
    }
    std::sort(files.begin(), files.end());
    int wrong = 0;
    for (const auto& file : files) wrong += run_file(file, update);
    fmt::print("golden_policy: {} files, {} cases differ\n", files.size(), wrong);
    return files.empty() || wrong > 0 ? 1 : 0;
}
