// One check at one server: started, then polled for its verdict.
#pragma once

#include <curl/curl.h>

#include <memory>
#include <optional>
#include <string>

#include "agents/ocf/ipvs/service.h"

namespace ipvs {

struct Verdict {
    bool ok = false;
    int weight = -1;   // dynamic MISC_CHECK: new weight
    std::string said;  // one phrase: "status 500", "connection refused"
};

class Probe {
  public:
    virtual ~Probe() = default;
    // The curl handle that the multi loop drives, or nullptr.
    virtual CURL* handle() { return nullptr; }
    virtual int fd() const { return -1; }               // else: readable when there is news
    virtual Verdict curl_done(CURLcode) { return {}; }
    virtual std::optional<Verdict> poll(long /*now_ms*/) { return std::nullopt; }
};

std::unique_ptr<Probe> start_probe(const RealServer& server, long now_ms);

}  // namespace ipvs
