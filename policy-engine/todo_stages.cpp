#include "policy-engine/actions.h"
#include "policy-engine/place.h"
#include "policy-engine/unpack.h"
namespace muster::policy {
void check_history(Model&) {}
void apply_history_checks(Actions&) {}
void make_notifications(Actions&) {}
void make_migrations(Actions&) {}
void order_remote(Actions&) {}
void prepare_tickets(Model&) {}
void Placer::assign_bundle(RscIx r) { m_.rsc(r).provisional = false; }
RscIx Definer::bundle(const xml::Element&) { return kNone; }
void Definer::add_guests() {}
}
