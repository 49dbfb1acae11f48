// A connection to lrmd or fenced that comes back by itself when they restart.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/os/frames.h"

namespace muster::crmd {

class Link {
  public:
    struct Handlers {
        std::function<void()> up;
        std::function<void()> down;
        std::function<void(std::string_view)> frame;
    };
    Link(os::Reactor& reactor, std::string path, Handlers handlers);
    ~Link();
    void start() { connect(); }
    void send(std::string_view frame);

  private:
    void connect();
    void lost();
    os::Reactor& reactor_;
    std::string path_;
    Handlers handlers_;
    std::shared_ptr<os::Connection> connection_;
    os::Reactor::Id retry_ = 0;
    Duration pause_ = milliseconds{20};
};

}  // namespace muster::crmd
