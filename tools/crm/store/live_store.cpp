#include "tools/client/patience.h"
#include "tools/crm/store/store.h"

namespace muster::crm {
namespace {

class LiveStore : public CibStore {
  public:
    LiveStore(client::Crmd client, client::Patience patience) : client_{std::move(client)}, patience_{std::move(patience)} {}
    Result<cib::Cib> load() override { return client_.get_cib(); }
    Result<cib::Cib> load_to_change() override {
        auto cib = client_.get_cib();
        if (!cib || !client_.no_era() || !client::await_dc(client_, patience_)) return cib;
        return client_.get_cib();
    }
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
    client::Patience patience_;
};

}  // namespace

Result<std::unique_ptr<CibStore>> live_store(std::function<void(const std::string&)> tell) {
    const client::Patience patience{seconds{5}, std::move(tell)};
    auto client = client::connect("crm", patience);
    if (!client) return fail(client.error().code, client.error().message + " (crm -c PATH works on a CIB file)");
    return std::unique_ptr<CibStore>{std::make_unique<LiveStore>(std::move(*client), patience)};
}

}  // namespace muster::crm
