// Operation history: what an order and its outcome leave behind in the status section, as Pacemaker Explained describes it.
#pragma once

#include <string>

#include "crmd/core/state.h"

namespace muster::crmd {

// What this manager understands of the field's formats: in each record, and told to agents.
inline constexpr const char* kFeatureSet = "3.20.5";

// RSC_OP_INTERVALMS
std::string operation_key(const std::string& resource, const std::string& operation, std::int64_t interval_ms);

// Did the agent do what the order expected?  190 and 191 are successes that people should see.
bool succeeded(const wire::Outcome& outcome, std::int32_t expected_rc);

// The order is under way: its record says pending (rc 193).
void record_pending(NodeFacts& node, const wire::Order& order);
// Its outcome is known.
void record_outcome(NodeFacts& node, const wire::Order& order, const wire::Outcome& outcome);
// A failure of it raises the fail count (one-shot monitors and notifications do not).
bool counts(const wire::Order& order);
void raise_fail_count(NodeFacts& node, const wire::Order& order, const wire::Outcome& outcome);
// Fail counts, failure times and failed records; empty `operation`: of every operation.  True if there was anything.
bool clear_failures(NodeFacts& node, const std::string& resource, const std::string& operation, std::int64_t interval_ms);
// One operation's record goes.
void erase_record(NodeFacts& node, const std::string& history_id, const std::string& operation, std::int64_t interval_ms);

}  // namespace muster::crmd
