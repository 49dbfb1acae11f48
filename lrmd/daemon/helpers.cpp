#include "lrmd/daemon/helpers.h"

#include <fmt/format.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

#include "base/os/files.h"
#include "base/text.h"
#include "lrmd/classes/described.h"
#include "lrmd/daemon/tail.h"

namespace muster::lrmd {
namespace {

constexpr seconds kMetaDataTimeout{30};
constexpr seconds kAlertTimeout{30};
constexpr std::size_t kMostMetaData = 1u << 20;

std::int64_t changed_us(const std::string& path) {
    struct stat st {};
    if (::stat(path.c_str(), &st) != 0) return 0;
    return std::int64_t{st.st_mtim.tv_sec} * 1'000'000 + st.st_mtim.tv_nsec / 1000;
}

// What touches no resource needs no root.  Where the cluster's user is not known it runs as lrmd itself.
std::vector<std::string> as_hacluster(std::vector<std::string> argv) {
    static const bool can = ::geteuid() == 0 && ::getpwnam("hacluster") && ::access("/usr/bin/setpriv", X_OK) == 0;
    if (!can) return argv;
    const passwd* user = ::getpwnam("hacluster");
    std::vector<std::string> out{"/usr/bin/setpriv", fmt::format("--reuid={}", user->pw_uid),
                                 fmt::format("--regid={}", user->pw_gid), "--init-groups", "--"};
    out.insert(out.end(), argv.begin(), argv.end());
    return out;
}

}  // namespace

void Helpers::run(os::ChildSpec spec, std::function<void(const os::ChildResult&)> done, std::function<void(const Error&)> failed) {
    auto& slot = children_.emplace_back();
    auto* place = &slot;
    auto child = os::Child::start(reactor_, std::move(spec), [this, place, done](const os::ChildResult& result) {
        done(result);
        reactor_.soon([this, place] {
            children_.remove_if([place](const auto& c) { return &c == place; });
        });
    });
    if (child) {
        *place = std::move(*child);
        return;
    }
    children_.pop_back();
    failed(child.error());
}

namespace {

proto::Run meta_data_order(const proto::MetaDataRequest& request) {
    proto::Run run;
    run.set_klass(request.klass());
    run.set_provider(request.provider());
    run.set_type(request.type());
    run.set_resource(request.type());
    run.set_operation("meta-data");
    return run;
}

void told(proto::MetaData& m, std::string xml) {
    m.set_found(true);
    m.set_xml(std::move(xml));
}

std::string what_failed(const std::string& label, const os::ChildResult& r) {
    if (r.timed_out) return fmt::format("{}: meta-data did not come within {} s", label, kMetaDataTimeout.count());
    return fmt::format("{}: meta-data ended with status {}: {}", label, r.exit_status, printable(r.err));
}

}  // namespace

void Helpers::meta_data(const proto::MetaDataRequest& request, Answer answer) {
    proto::Message message;
    proto::MetaData& m = *message.mutable_meta_data();
    m.set_action_id(request.action_id());
    const Invocation i = invocation(meta_data_order(request), places_, environment_);
    if (request.klass() != "ocf") {  // they have none of their own: it is made from what is known of the class
        const auto script = i.candidates.empty() ? Result<std::string>{} : os::read_file(i.candidates[0]);
        told(m, described_meta_data(request.klass(), request.type(), script ? printable(*script) : ""));
        return answer(message);
    }
    const auto path = std::find_if(i.candidates.begin(), i.candidates.end(), [](const auto& p) { return changed_us(p) != 0; });
    if (path == i.candidates.end() || request.type().find('/') != std::string::npos) {
        m.set_error(fmt::format("agent {} is not installed on this node", i.label));
        return answer(message);
    }
    const std::int64_t changed = changed_us(*path);
    if (const auto known = cache_.find(*path); known != cache_.end() && known->second.changed_us == changed) {
        told(m, known->second.xml);
        return answer(message);
    }
    ask_agent(i, {*path, changed}, std::move(message), std::move(answer));
}

void Helpers::ask_agent(const Invocation& i, const AgentFile& file, proto::Message message, Answer answer) {
    os::ChildSpec spec;
    spec.argv = as_hacluster({file.path, "meta-data"});
    spec.environment = i.environment;
    spec.timeout = kMetaDataTimeout;
    spec.most_output = kMostMetaData;
    const auto done = [this, message, answer, file, label = i.label](const os::ChildResult& r) mutable {
        proto::MetaData& m = *message.mutable_meta_data();
        if (r.timed_out || r.exit_status != 0) {
            m.set_error(what_failed(label, r));
        } else {
            told(m, printable(r.out));
            cache_[file.path] = Cached{file.changed_us, m.xml()};
        }
        answer(message);
    };
    run(std::move(spec), done, [message, answer](const Error& error) mutable {
        message.mutable_meta_data()->set_error(error.message);
        answer(message);
    });
}

void Helpers::alert(const proto::Alert& alert, Answer answer) {
    proto::Message message;
    message.mutable_alert_done()->set_action_id(alert.action_id());
    os::ChildSpec spec;
    spec.argv = as_hacluster({alert.path()});
    for (const auto& entry : environment_) {
        if (!starts_with(entry, "CRM_alert_") && !starts_with(entry, "NOTIFY_SOCKET=")) spec.environment.push_back(entry);
    }
    for (const auto& a : alert.environment()) spec.environment.push_back(a.name() + "=" + a.value());
    spec.timeout = alert.timeout_ms() > 0 ? Duration{milliseconds{alert.timeout_ms()}} : Duration{kAlertTimeout};
    spec.most_output = OutputTail::kMost;
    const auto done = [message, answer](const os::ChildResult& r) mutable {
        proto::AlertDone& told = *message.mutable_alert_done();
        told.set_rc(r.signal ? 128 + r.signal : r.exit_status);
        told.set_timed_out(r.timed_out);
        told.set_output_tail(printable(r.out + r.err));
        answer(message);
    };
    run(std::move(spec), done, [message, answer](const Error& error) mutable {
        message.mutable_alert_done()->set_rc(1);
        message.mutable_alert_done()->set_error(error.message);
        answer(message);
    });
}

}  // namespace muster::lrmd
