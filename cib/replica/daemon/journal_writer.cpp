#include "cib/replica/daemon/journal_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "base/os/files.h"
#include "cib/replica/journal_format.h"

namespace muster::cib::replica {
namespace {

Result<void> io_error(const std::string& what, const std::string& path) {
    return fail(ErrorCode::io, what + " " + path + ": " + std::strerror(errno));
}

Result<std::optional<std::string>> read_if_there(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT) return std::optional<std::string>{};
    auto bytes = os::read_file(path);
    if (!bytes) return tl::make_unexpected(bytes.error());
    return std::optional<std::string>{std::move(*bytes)};
}

Result<void> sync_folder(const std::string& folder) {
    const os::Fd fd{::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (!fd || ::fsync(fd.get()) != 0) return io_error("syncing folder", folder);
    return {};
}

Result<void> write_all(int fd, std::string_view bytes, const std::string& path) {
    while (!bytes.empty()) {
        const ssize_t n = ::write(fd, bytes.data(), bytes.size());
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return io_error("writing", path);
        bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
}

}  // namespace

struct JournalWriter::Impl {
    os::Reactor& reactor;
    JournalSettings settings;
    JournalEncoder encoder;
    os::Fd file;  // the present journal; the thread's alone
    os::Fd wake;
    os::Reactor::Id watch = 0;
    std::function<void(std::uint64_t)> durable_handler;
    std::function<void(const std::string&)> failure_handler;

    std::mutex mutex;
    std::condition_variable work;
    std::deque<Persist> queue;
    bool stopping = false;
    std::uint64_t durable = 0;
    std::optional<std::string> failure;
    std::thread thread;

    Impl(os::Reactor& r, JournalSettings s, const Recovered& recovered)
        : reactor{r}, settings{std::move(s)}, encoder{recovered} {}
    std::string path(const std::string& name) const { return settings.folder + "/" + name; }
    Result<void> open_journal(const Recovered& recovered);
    void remove_old() const;
    void run();
    Result<void> carry_out(const std::vector<Persist>& batch);
    Result<void> rotate(const DiskWork::Rotate& to);
    Result<void> save_divergent(const std::string& text);
    void report();
};

Result<void> JournalWriter::Impl::open_journal(const Recovered& recovered) {
    const std::string name = path(journal_name(recovered.generation));
    file = os::Fd{::open(name.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640)};
    if (!file) return io_error("opening", name);
    if (::ftruncate(file.get(), static_cast<off_t>(recovered.journal_size)) != 0 || ::fsync(file.get()) != 0) {
        return io_error("cutting the torn tail of", name);
    }
    return sync_folder(settings.folder);
}

// Journals that no snapshot names any more: left by a crash in the middle of a rotation.
void JournalWriter::Impl::remove_old() const {
    DIR* folder = ::opendir(settings.folder.c_str());
    if (!folder) return;
    std::vector<std::string> old;
    while (const dirent* e = ::readdir(folder)) {
        const std::string name = e->d_name;
        if (name.rfind("journal.", 0) == 0 && name != journal_name(encoder.generation())) old.push_back(name);
    }
    ::closedir(folder);
    for (const std::string& name : old) ::unlink(path(name).c_str());
}

Result<void> JournalWriter::Impl::save_divergent(const std::string& text) {
    if (auto made = os::make_directories(path("divergent"), 0750); !made) return made;
    return os::write_file_atomic(path("divergent/" + std::to_string(reactor.wall_now().us)), text, 0640);
}

Result<void> JournalWriter::Impl::rotate(const DiskWork::Rotate& to) {
    const std::string name = path(journal_name(to.generation));
    if (auto written = os::write_file_atomic(name, to.journal, 0640); !written) return written;
    if (auto written = os::write_file_atomic(path(std::string{kSnapshotName}), to.snapshot, 0640); !written) return written;
    file = os::Fd{::open(name.c_str(), O_RDWR | O_APPEND | O_CLOEXEC)};
    if (!file) return io_error("opening", name);
    remove_old();
    return {};
}

Result<void> JournalWriter::Impl::carry_out(const std::vector<Persist>& batch) {
    const auto current = [this] { return path(journal_name(encoder.generation())); };
    for (const Persist& p : batch) {
        const DiskWork todo = encoder.encode(p);
        if (!todo.divergent.empty()) {
            if (auto saved = save_divergent(todo.divergent); !saved) return saved;
        }
        auto done = todo.rotate ? rotate(*todo.rotate) : write_all(file.get(), todo.append, current());
        if (!done) return done;
    }
    if (settings.delay_each_sync > Duration{0}) std::this_thread::sleep_for(settings.delay_each_sync);
    if (::fdatasync(file.get()) != 0) return io_error("syncing", current());
    encoder.synced();
    return {};
}

void JournalWriter::Impl::run() {
    std::unique_lock lock{mutex};
    while (true) {
        work.wait(lock, [this] { return stopping || !queue.empty(); });
        if (queue.empty() || failure) return;
        const std::vector<Persist> batch{std::make_move_iterator(queue.begin()), std::make_move_iterator(queue.end())};
        queue.clear();
        lock.unlock();
        const auto done = carry_out(batch);
        lock.lock();
        if (done) durable = batch.back().ticket;
        else failure = done.error().message;
        const std::uint64_t one = 1;
        if (::write(wake.get(), &one, sizeof one) < 0) {
            // The counter can only be full: then the loop is awake already.
        }
    }
}

void JournalWriter::Impl::report() {
    std::uint64_t count = 0;
    if (::read(wake.get(), &count, sizeof count) < 0) return;
    std::uint64_t ticket = 0;
    std::optional<std::string> why;
    {
        const std::lock_guard lock{mutex};
        ticket = durable;
        why = failure;
    }
    if (durable_handler && ticket != 0) durable_handler(ticket);
    if (why && failure_handler) std::exchange(failure_handler, nullptr)(*why);
}

Result<JournalWriter::Opened> JournalWriter::open(os::Reactor& reactor, JournalSettings settings) {
    if (auto made = os::make_directories(settings.folder, 0750); !made) return tl::make_unexpected(made.error());
    auto snapshot = read_if_there(settings.folder + "/" + std::string{kSnapshotName});
    if (!snapshot) return tl::make_unexpected(snapshot.error());
    const auto generation = generation_of(*snapshot);
    if (!generation) return tl::make_unexpected(generation.error());
    auto journal = read_if_there(settings.folder + "/" + journal_name(*generation));
    if (!journal) return tl::make_unexpected(journal.error());
    auto recovered = recover(*snapshot, *journal);
    if (!recovered) {
        return fail(recovered.error().code, settings.folder + ": " + recovered.error().message +
                                                "; this copy votes no more: empty the folder to have it made anew from the others");
    }
    auto impl = std::make_unique<Impl>(reactor, std::move(settings), *recovered);
    if (auto opened = impl->open_journal(*recovered); !opened) return tl::make_unexpected(opened.error());
    impl->remove_old();
    impl->wake = os::Fd{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (!impl->wake) return fail(ErrorCode::io, std::string{"eventfd: "} + std::strerror(errno));
    Impl* raw = impl.get();
    impl->watch = reactor.watch(impl->wake.get(), EPOLLIN, [raw](std::uint32_t) { raw->report(); });
    impl->thread = std::thread{[raw] { raw->run(); }};
    Opened opened;
    opened.writer.reset(new JournalWriter{std::move(impl)});
    opened.disk = std::move(recovered->disk);
    opened.torn_bytes = recovered->torn_bytes;
    return opened;
}

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_{std::move(impl)} {}

JournalWriter::~JournalWriter() {
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->stopping = true;
    }
    impl_->work.notify_one();
    impl_->thread.join();
    impl_->reactor.cancel(impl_->watch);
}

void JournalWriter::on_durable(std::function<void(std::uint64_t)> handler) { impl_->durable_handler = std::move(handler); }
void JournalWriter::on_failure(std::function<void(const std::string&)> handler) {
    impl_->failure_handler = std::move(handler);
}

void JournalWriter::write(Persist persist) {
    {
        const std::lock_guard lock{impl_->mutex};
        impl_->queue.push_back(std::move(persist));
    }
    impl_->work.notify_one();
}

}  // namespace muster::cib::replica
