// Between the protocol's messages and the fencer's values.
#pragma once

#include "fencing/core/events.h"
#include "fencing/protocol/fencing.pb.h"

namespace muster::fencing {

Configure from_proto(const proto::Configure& message);
Query from_proto(ClientId client, const proto::Query& message);
Execute from_proto(ClientId client, const proto::Execute& message, std::uint64_t dice);
MonitorOrder from_proto(ClientId client, const proto::Monitor& message);

proto::Message to_proto(const Answer& answer);
proto::Message to_proto(const Done& done);
proto::Message to_proto(const MonitorDone& done, WallTime now);

}  // namespace muster::fencing
