// What runs beside operations and touches no resource: meta-data (cached) and alert agents.
#pragma once

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <string>

#include "base/os/child.h"
#include "lrmd/classes/invocation.h"

namespace muster::lrmd {

class Helpers {
  public:
    using Answer = std::function<void(const proto::Message&)>;
    Helpers(os::Reactor& reactor, const Places& places, const std::vector<std::string>& environment)
        : reactor_{reactor}, places_{places}, environment_{environment} {}
    void meta_data(const proto::MetaDataRequest& request, Answer answer);
    void alert(const proto::Alert& alert, Answer answer);

  private:
    struct Cached {
        std::int64_t changed_us = 0;  // of the agent's file
        std::string xml;
    };
    struct AgentFile {
        std::string path;
        std::int64_t changed_us = 0;
    };
    // Runs the agent's meta-data, answers with it and keeps it for as long as the file stays as it is.
    void ask_agent(const Invocation& i, const AgentFile& file, proto::Message message, Answer answer);
    void run(os::ChildSpec spec, std::function<void(const os::ChildResult&)> done, std::function<void(const Error&)> failed);
    os::Reactor& reactor_;
    const Places& places_;
    const std::vector<std::string>& environment_;
    std::map<std::string, Cached> cache_;
    std::list<std::unique_ptr<os::Child>> children_;
};

}  // namespace muster::lrmd
