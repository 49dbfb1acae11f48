// Asking the daemons over their own sockets: alive?  And crmd: leave the cluster.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/os/frames.h"

namespace muster::musterd {

class Ask {
  public:
    using OnAnswer = std::function<void(const std::string& name)>;
    Ask(os::Reactor& reactor, std::string run_folder, OnAnswer on_answer);
    // Connects where needed; no answer is no news.
    void ping(const std::string& name);
    // False when crmd can not be reached.
    bool leave();

  private:
    std::shared_ptr<os::Connection> connection(const std::string& name);
    void on_frame(const std::string& name, std::string_view frame);
    os::Reactor& reactor_;
    std::string run_folder_;
    OnAnswer on_answer_;
    std::map<std::string, std::shared_ptr<os::Connection>> open_;
};

}  // namespace muster::musterd
