// Class systemd: start and stop as jobs of systemd, states as systemd tells them.  Runs inside the shim, so it may wait:
// lrmd's loop does not, and a job goes on when lrmd is restarted.
#include <fmt/format.h>
#include <poll.h>
#include <sys/stat.h>
#include <systemd/sd-bus.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>

#include "base/os/files.h"
#include "base/text.h"
#include "lrmd/daemon/shim.h"
#include "lrmd/daemon/tail.h"

namespace muster::lrmd {
namespace {

constexpr const char* kService = "org.freedesktop.systemd1";
constexpr const char* kPath = "/org/freedesktop/systemd1";
constexpr const char* kManager = "org.freedesktop.systemd1.Manager";
constexpr const char* kUnit = "org.freedesktop.systemd1.Unit";
constexpr std::int64_t kPollUs = 100'000;

struct BusFree {
    void operator()(sd_bus* b) const noexcept { sd_bus_flush_close_unref(b); }
};
using Bus = std::unique_ptr<sd_bus, BusFree>;
struct MessageFree {
    void operator()(sd_bus_message* m) const noexcept { sd_bus_message_unref(m); }
};
using BusMessage = std::unique_ptr<sd_bus_message, MessageFree>;

std::int64_t now_us() {
    timespec t{};
    clock_gettime(CLOCK_BOOTTIME, &t);
    return std::int64_t{t.tv_sec} * 1'000'000 + t.tv_nsec / 1000;
}

struct BusError {
    sd_bus_error e = SD_BUS_ERROR_NULL;
    ~BusError() { sd_bus_error_free(&e); }
    std::string text(int code) const { return e.message ? e.message : std::strerror(-code); }
};

proto::Ended ended(proto::Ended::How how, int code, std::string text) {
    proto::Ended out;
    out.set_how(how);
    out.set_code(code);
    if (how == proto::Ended::EXITED) out.set_exit_reason(printable(text));
    else out.set_problem(printable(text));
    return out;
}

struct UnitState {
    std::string load, active, sub;
};

class Systemd {
  public:
    Systemd(std::string unit, std::int64_t deadline_us) : unit_{std::move(unit)}, deadline_us_{deadline_us} {}

    // The system bus; where none runs, systemd's own socket, as systemctl does.
    std::string connect() {
        sd_bus* bus = nullptr;
        int r = sd_bus_open_system(&bus);
        if (r < 0) {
            direct_ = true;
            r = sd_bus_new(&bus);
            if (r >= 0) r = sd_bus_set_address(bus, "unix:path=/run/systemd/private");
            if (r >= 0) r = sd_bus_start(bus);
        }
        bus_.reset(bus);
        return r < 0 ? fmt::format("systemd does not answer: {} (does it run here?)", std::strerror(-r)) : "";
    }

    // The path of the unit's object; loads the unit.
    std::string load(std::string& object) {
        BusError error;
        sd_bus_message* reply = nullptr;
        const int r = sd_bus_call_method(bus_.get(), kService, kPath, kManager, "LoadUnit", &error.e, &reply, "s", unit_.c_str());
        const BusMessage keep{reply};
        if (r < 0) return fmt::format("systemd can not load {}: {}", unit_, error.text(r));
        const char* path = nullptr;
        if (sd_bus_message_read(reply, "o", &path) < 0) return "systemd answered LoadUnit with something else than a path";
        object = path;
        return {};
    }

    std::string state(UnitState& s) {
        std::string object;
        if (auto problem = load(object); !problem.empty()) return problem;
        for (const auto& [name, to] : {std::pair{"LoadState", &s.load}, {"ActiveState", &s.active}, {"SubState", &s.sub}}) {
            BusError error;
            char* value = nullptr;
            const int r = sd_bus_get_property_string(bus_.get(), kService, object.c_str(), kUnit, name, &error.e, &value);
            if (r < 0) return fmt::format("systemd does not tell {} of {}: {}", name, unit_, error.text(r));
            *to = value;
            ::free(value);
        }
        return {};
    }

    // Until the unit is at rest; false: time is up.
    bool settle(UnitState& s, std::string& problem) {
        while (true) {
            problem = state(s);
            if (!problem.empty()) return true;
            if (s.active != "activating" && s.active != "deactivating") return true;
            if (now_us() >= deadline_us_) return false;
            ::usleep(kPollUs);
        }
    }

    // Asks for a job and waits for its end; its result ("done", "failed" ...) or empty with a problem.
    std::string job(const char* method, std::string& problem, bool& timed_out) {
        BusError error;
        sd_bus_slot* slot = nullptr;
        if (sd_bus_match_signal(bus_.get(), &slot, direct_ ? nullptr : kService, kPath, kManager, "JobRemoved", &Systemd::on_removed, this) < 0) {
            problem = "systemd's job signals can not be followed";
            return {};
        }
        sd_bus_call_method(bus_.get(), kService, kPath, kManager, "Subscribe", nullptr, nullptr, "");
        sd_bus_message* reply = nullptr;
        const int r = sd_bus_call_method(bus_.get(), kService, kPath, kManager, method, &error.e, &reply, "ss", unit_.c_str(), "replace");
        const BusMessage keep{reply};
        if (r < 0) {
            problem = fmt::format("systemd refused {} of {}: {}", method, unit_, error.text(r));
            not_found_ = error.e.name && std::strcmp(error.e.name, "org.freedesktop.systemd1.NoSuchUnit") == 0;
            return {};
        }
        const char* path = nullptr;
        if (sd_bus_message_read(reply, "o", &path) < 0) problem = "systemd answered with something else than a job";
        else job_ = path;
        while (problem.empty() && result_.empty()) {
            const int done = sd_bus_process(bus_.get(), nullptr);
            if (done < 0) problem = fmt::format("the connection to systemd was lost: {}", std::strerror(-done));
            if (done != 0) continue;
            const std::int64_t left = deadline_us_ - now_us();
            if (left <= 0) {
                timed_out = true;
                return {};
            }
            sd_bus_wait(bus_.get(), static_cast<std::uint64_t>(left));
        }
        return result_;
    }

    void reload() { sd_bus_call_method(bus_.get(), kService, kPath, kManager, "Reload", nullptr, nullptr, ""); }
    bool not_found() const { return not_found_; }

  private:
    static int on_removed(sd_bus_message* m, void* user, sd_bus_error*) {
        auto* self = static_cast<Systemd*>(user);
        const char *object = nullptr, *unit = nullptr, *result = nullptr;
        std::uint32_t id = 0;
        if (sd_bus_message_read(m, "uoss", &id, &object, &unit, &result) < 0) return 0;
        if (self->job_ == object) self->result_ = result;
        return 0;
    }
    std::string unit_;
    std::int64_t deadline_us_;
    Bus bus_;
    std::string job_;
    std::string result_;
    bool not_found_ = false;
    bool direct_ = false;
};

std::string unit_name(const std::string& type) {
    static constexpr const char* kEndings[] = {".service", ".socket", ".mount", ".timer", ".path", ".target", ".slice", ".scope", ".swap", ".device", ".automount"};
    for (const char* ending : kEndings) {
        if (ends_with(type, ending)) return type;
    }
    return type + ".service";
}

// At a shutdown of the host systemd would stop the unit beside the cluster: with this it waits for musterd, which stops
// it by the cluster's rules first.
std::string drop_in_path(const std::string& unit) {
    return fmt::format("/run/systemd/system/{}.d/50-muster.conf", unit);
}

void write_drop_in(const std::string& unit) {
    const std::string path = drop_in_path(unit);
    if (!os::make_directories(path.substr(0, path.rfind('/')))) return;
    std::ofstream out{path};
    out << "# made by Muster for a unit that it manages; goes when the cluster stops it\n[Unit]\n"
           "Description=Cluster controlled " << unit << "\nBefore=musterd.service pacemaker.service\n";
    if (ends_with(unit, ".service")) out << "\n[Service]\nRestart=no\n";
}

void remove_drop_in(const std::string& unit) {
    const std::string path = drop_in_path(unit);
    ::unlink(path.c_str());
    ::rmdir(path.substr(0, path.rfind('/')).c_str());
}

constexpr int kOk = 0, kGeneric = 1, kInstalled = 5, kNotRunning = 7;

proto::Ended monitor(Systemd& systemd, const std::string& unit) {
    UnitState s;
    std::string problem;
    if (!systemd.settle(s, problem)) return ended(proto::Ended::TIMED_OUT, 0, fmt::format("{} is still {}", unit, s.active));
    if (!problem.empty()) return ended(proto::Ended::EXITED, kGeneric, problem);
    if (s.load == "not-found" || s.load == "masked") {
        return ended(proto::Ended::EXITED, kInstalled, fmt::format("systemd: unit {} is {}", unit, s.load));
    }
    if (s.active == "active" || s.active == "reloading") return ended(proto::Ended::EXITED, kOk, "");
    return ended(proto::Ended::EXITED, kNotRunning, fmt::format("{} is {} ({})", unit, s.active, s.sub));
}

proto::Ended change(Systemd& systemd, const std::string& unit, bool start) {
    UnitState s;
    std::string problem = systemd.state(s);
    if (!problem.empty()) return ended(proto::Ended::EXITED, kGeneric, problem);
    if (s.load == "not-found") {
        // Nothing of that name can run: a stop is done, a start can not be.
        return ended(proto::Ended::EXITED, start ? kInstalled : kOk, fmt::format("systemd: unit {} is not-found", unit));
    }
    if (start) write_drop_in(unit);
    else remove_drop_in(unit);
    systemd.reload();
    bool timed_out = false;
    const std::string result = systemd.job(start ? "StartUnit" : "StopUnit", problem, timed_out);
    if (timed_out) return ended(proto::Ended::TIMED_OUT, 0, fmt::format("systemd's job on {} goes on", unit));
    if (!problem.empty()) return ended(proto::Ended::EXITED, systemd.not_found() ? kInstalled : kGeneric, problem);
    if (result != "done" && result != "skipped") {
        return ended(proto::Ended::EXITED, kGeneric, fmt::format("systemd's job on {} ended as \"{}\"", unit, result));
    }
    proto::Ended after = monitor(systemd, unit);
    if (after.how() != proto::Ended::EXITED) return after;
    const int wanted = start ? kOk : kNotRunning;
    if (after.code() == wanted) return ended(proto::Ended::EXITED, kOk, "");
    return ended(proto::Ended::EXITED, kGeneric,
                 start ? after.exit_reason() : fmt::format("{} is still active after its stop", unit));
}

// Class "service" is judged by LSB's rules: status 3 is "not running".
int as_lsb(const proto::Run& run, int code) {
    if (run.operation() != "monitor") return code;
    return code == kNotRunning ? 3 : code == kInstalled ? 150 : code;
}

}  // namespace

proto::Ended run_on_bus(const proto::Run& run) {
    const std::int64_t began = now_us();
    const std::int64_t timeout_ms = run.timeout_ms() > 0 ? run.timeout_ms() : 20'000;
    const std::string unit = unit_name(run.type());
    Systemd systemd{unit, began + timeout_ms * 1000};
    proto::Ended out;
    if (std::string problem = systemd.connect(); !problem.empty()) {
        out = ended(proto::Ended::NOT_STARTED, ENOENT, fmt::format("unit {}: {}", unit, problem));
    } else if (run.operation() == "monitor" || run.operation() == "status") {
        out = monitor(systemd, unit);
    } else if (run.operation() == "start" || run.operation() == "stop") {
        out = change(systemd, unit, run.operation() == "start");
    } else {
        out = ended(proto::Ended::NOT_STARTED, EOPNOTSUPP, fmt::format("class systemd has no operation {}", run.operation()));
    }
    if (run.klass() == "service" && out.how() == proto::Ended::EXITED) out.set_code(as_lsb(run, out.code()));
    out.set_exec_ms((now_us() - began) / 1000);
    return out;
}

}  // namespace muster::lrmd
