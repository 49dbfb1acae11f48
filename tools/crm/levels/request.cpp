#include "tools/crm/levels/request.h"

#include "crmd/protocol/crmd.pb.h"
#include "tools/client/client.h"
#include "tools/crm/levels/change.h"

namespace muster::crm {

Result<client::Crmd*> running(Context& context) {
    auto store = context.store();
    if (!store) return tl::make_unexpected(store.error());
    return (*store)->crmd();
}

int request_done(Context& context, client::Crmd& crmd, crmd::proto::Message message, milliseconds within) {
    auto answer = crmd.request(std::move(message), within);
    if (!answer) return context.fail(answer.error());
    if (answer->has_done() && !answer->done().text().empty()) context.info(answer->done().text());
    return kOk;
}

int finish(Context& context, client::Crmd& crmd, crmd::proto::Message message, milliseconds within) {
    const int status = request_done(context, crmd, std::move(message), within);
    return status == kOk ? wait_for_cluster(context) : status;
}

}  // namespace muster::crm
