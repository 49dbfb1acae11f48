#include "tools/simulate/load.h"

#include <fmt/format.h>

#include <iostream>
#include <iterator>

#include "base/os/files.h"
#include "base/text.h"
#include "cib/model/read.h"
#include "cib/rules/iso8601.h"

namespace muster::crm::simulate {

Result<cib::Cib> load_cib(const std::string& in, const SimulateWorld& world) {
    if (in.empty()) {
        if (!world.running_cluster) return fail("no CIB was given: use --in FILE");
        return world.running_cluster();
    }
    std::string bytes;
    if (in == "-") {
        bytes.assign(std::istreambuf_iterator<char>{std::cin}, {});
    } else {
        auto file = os::read_file(in);
        if (!file) return tl::make_unexpected(file.error());
        bytes = std::move(*file);
    }
    auto cib = cib::read(bytes);
    if (!cib) return fail(cib.error().code, fmt::format("{}: {}", in == "-" ? "standard input" : in, cib.error().message));
    return cib;
}

Result<WallTime> moment(const std::string& at, const cib::Cib& cib, WallTime now) {
    if (!at.empty()) {
        const auto t = cib::parse_date_time(at);
        if (!t) return fail("--at " + t.error().message);
        return *t;
    }
    if (const std::string* date = cib.find("execution-date")) {
        if (const auto s = parse_int(*date); s && *s > 0) return WallTime::from_seconds(*s);
    }
    return now;
}

}  // namespace muster::crm::simulate
