#include "tools/client/client.h"
#include "tools/crm/store/store.h"

namespace muster::crm {
namespace {

class LiveStore : public CibStore {
  public:
    explicit LiveStore(client::Crmd client) : client_{std::move(client)} {}
    Result<cib::Cib> load() override { return client_.get_cib(); }
    Result<void> commit(const cib::Cib& next, const cib::Version& base, const std::string& message) override {
        auto done = client_.commit(next.configuration, base, message);
        if (!done) return tl::make_unexpected(done.error());
        return {};
    }
    std::string name() const override { return "live/" + client_.node(); }
    bool live() const override { return true; }
    client::Crmd* crmd() override { return &client_; }

  private:
    client::Crmd client_;
};

}  // namespace

Result<std::unique_ptr<CibStore>> live_store() {
    auto client = client::Crmd::connect("crm");
    if (!client) return fail(client.error().code, client.error().message + " (crm -c PATH works on a CIB file)");
    return std::unique_ptr<CibStore>{std::make_unique<LiveStore>(std::move(*client))};
}

}  // namespace muster::crm
