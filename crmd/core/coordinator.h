// The coordinator of one node as a step machine: journal of the configuration, replicated state, the DC's work, this
// node's own work, its clients.  Same inputs, same outputs; the shell (crmd/daemon) and the simulator carry them out.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crmd/core/io.h"
#include "crmd/core/state.h"

namespace muster::crmd {

struct Settings {
    std::string name;                // of this node
    std::string boot_id;             // of this node's life
    std::uint32_t jobs = 4;          // operations at once that it takes
    std::uint64_t incarnation = 0;   // of this process
    cib::replica::Settings replica;  // self, nodelist, random ids; `evaluate` and `initial_document` are filled in here
    cib::replica::Disk disk;
    Duration dc_deadtime = seconds{20};
    Duration crmd_grace = seconds{15};
};

class Coordinator {
  public:
    explicit Coordinator(Settings settings);
    ~Coordinator();
    Coordinator(Coordinator&&) noexcept;
    Coordinator& operator=(Coordinator&&) noexcept;

    std::vector<Output> start(const Now& now);
    std::vector<Output> step(const Now& now, const Input& input);
    std::optional<Instant> next_wake() const;

    // For tests and the simulator's invariants.
    const State& state() const;
    bool synced() const;
    NodeId dc() const;
    const cib::replica::Replica& replica() const;

  private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

// How a client's Commit becomes a new document; runs on the leader only.
Result<cib::replica::Evaluated> evaluate(const xml::Element& document, const cib::replica::Request& request, WallTime stamp);
// The document of a new cluster.
xml::Element initial_document();

}  // namespace muster::crmd
