// Meta-data for agents that have none of their own (lsb, systemd, service, heartbeat): made from what is known.
#pragma once

#include <string>

namespace muster::lrmd {

// `script` is the text of the init script, if any: its LSB header gives the description.
std::string described_meta_data(const std::string& klass, const std::string& type, const std::string& script);

}  // namespace muster::lrmd
