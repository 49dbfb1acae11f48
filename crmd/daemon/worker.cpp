#include "crmd/daemon/worker.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <thread>

namespace muster::crmd {

struct PlanWorker::Impl {
    os::Reactor& reactor;
    std::function<void(Planned)> on_planned;
    os::Fd wake;
    os::Reactor::Id watch = 0;
    std::mutex mutex;
    std::condition_variable something;
    std::optional<MakePlan> job;
    std::deque<Planned> done;
    bool ending = false;
    std::thread thread;

    Impl(os::Reactor& r, std::function<void(Planned)> handler) : reactor{r}, on_planned{std::move(handler)} {
        wake = os::Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
        if (!wake) throw std::runtime_error{"no event descriptor for the planner"};
        watch = reactor.watch(wake.get(), EPOLLIN, [this](std::uint32_t) { take(); });
        thread = std::thread{[this] { work(); }};
    }

    ~Impl() {
        {
            const std::lock_guard lock{mutex};
            ending = true;
        }
        something.notify_one();
        thread.join();
        reactor.cancel(watch);
    }

    void work() {
        std::unique_lock lock{mutex};
        while (true) {
            something.wait(lock, [this] { return ending || job; });
            if (ending) return;
            const MakePlan mine = std::move(*job);
            job.reset();
            lock.unlock();
            auto plan = std::make_shared<policy::Plan>(policy::plan(*mine.cib, mine.now));
            lock.lock();
            done.push_back(Planned{mine.number, std::move(plan)});
            const std::uint64_t one = 1;
            [[maybe_unused]] const auto written = ::write(wake.get(), &one, sizeof one);
        }
    }

    void take() {
        std::uint64_t count = 0;
        [[maybe_unused]] const auto got = ::read(wake.get(), &count, sizeof count);
        std::deque<Planned> mine;
        {
            const std::lock_guard lock{mutex};
            mine.swap(done);
        }
        for (Planned& p : mine) on_planned(std::move(p));
    }
};

PlanWorker::PlanWorker(os::Reactor& reactor, std::function<void(Planned)> on_planned)
    : impl_{std::make_unique<Impl>(reactor, std::move(on_planned))} {}
PlanWorker::~PlanWorker() = default;

void PlanWorker::make(MakePlan job) {
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->job = std::move(job);
    }
    impl_->something.notify_one();
}

}  // namespace muster::crmd
