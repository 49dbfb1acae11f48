// The journal's writer on a real folder: what it says is durable is there when it is opened again, and a disk that takes no
// more is told in words, with nothing lost that had been said to be durable.
#include "cib/replica/daemon/journal_writer.h"

#include <sys/resource.h>
#include <systemd/sd-event.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/catch.h"

using namespace muster;
using namespace muster::cib::replica;

namespace {

struct Folder {
    std::string path;
    Folder() {
        char text[] = "/tmp/journal-writer-XXXXXX";
        path = ::mkdtemp(text);
    }
    ~Folder() { std::filesystem::remove_all(path); }
};

// No file of this process grows beyond `bytes`: a write is cut short there, and the next one fails.
class FileLimit {
  public:
    explicit FileLimit(rlim_t bytes) {
        before_handler_ = std::signal(SIGXFSZ, SIG_IGN);
        REQUIRE(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
        const rlimit now{bytes, before_.rlim_max};
        REQUIRE(::setrlimit(RLIMIT_FSIZE, &now) == 0);
    }
    ~FileLimit() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        std::signal(SIGXFSZ, before_handler_);
    }

  private:
    rlimit before_{};
    void (*before_handler_)(int) = SIG_DFL;
};

struct Outcome {
    std::uint64_t durable = 0;
    std::string failure;
    int failures = 0;
};

// One start of a replica's disk, up to its end.
class Life {
  public:
    explicit Life(const std::string& folder) {
        auto opened = JournalWriter::open(reactor_, {folder, {}});
        REQUIRE(opened);
        torn_bytes = opened->torn_bytes;
        disk = std::move(opened->disk);
        for (const Entry& e : disk.entries) REQUIRE(apply(state_, e));
        writer_ = std::move(opened->writer);
        writer_->on_durable([this](std::uint64_t ticket) {
            outcome_.durable = ticket;
            news_ = true;
        });
        writer_->on_failure([this](const std::string& why) {
            outcome_.failure = why;
            ++outcome_.failures;
            news_ = true;
        });
    }
    // Writes one edit and waits for what becomes of it.
    Outcome edit(const std::string& value) {
        send(value);
        turn(seconds{20});
        REQUIRE(std::exchange(news_, false));
        return outcome_;
    }
    void send(const std::string& value) {
        xml::Element next = state_.document;
        next.set("value", value);
        Persist p;
        p.ticket = ++ticket_;
        if (ticket_ == 1 && disk.uuid == 0) {
            p.uuid = 42;
            p.promised = Term{1, 1};
        }
        Entry e;
        e.term = {1, 1};
        e.index = state_.last.index + 1;
        e.prev_term = state_.last.term;
        e.patch = cib::diff(state_.document, next);
        e.digest_before = state_.digest();
        e.digest_after = next.hash();
        e.request = {7, e.index};
        REQUIRE(apply(state_, e));
        p.entries.push_back(std::move(e));
        writer_->write(std::move(p));
    }
    // For what should not come.
    Outcome idle(Duration time) {
        turn(time);
        return outcome_;
    }
    std::string value() const { return std::string{state_.document.get("value")}; }

    Disk disk;
    std::uint64_t torn_bytes = 0;

  private:
    // The loop turns until there is news.
    void turn(Duration most) {
        const Instant end = reactor_.now() + most;
        while (!news_ && reactor_.now() < end) sd_event_run(reactor_.raw(), 10'000);
    }

    os::Reactor reactor_;
    bool news_ = false;
    State state_;
    std::uint64_t ticket_ = 0;
    Outcome outcome_;
    std::unique_ptr<JournalWriter> writer_;
};

std::uintmax_t journal_size(const std::string& folder) {
    std::uintmax_t size = 0;
    for (const auto& f : std::filesystem::directory_iterator{folder}) {
        if (f.path().filename().string().rfind("journal.", 0) == 0) size += f.file_size();
    }
    return size;
}

}  // namespace

TEST_CASE("what the writer said to be durable is there at the next start") {
    const Folder folder;
    {
        Life first{folder.path};
        CHECK(first.edit("one").durable == 1);
        CHECK(first.edit("two").durable == 2);
    }
    const Life second{folder.path};
    CHECK(second.torn_bytes == 0);
    CHECK(second.disk.uuid == 42);
    CHECK(second.value() == "two");
}

TEST_CASE("a full disk: the write fails in words, nothing more is said to be durable, nothing durable is lost") {
    const Folder folder;
    {
        Life life{folder.path};
        REQUIRE(life.edit("one").durable == 1);
        const auto before = journal_size(folder.path);
        const FileLimit full{before + 100};  // room for a part of the next record
        const Outcome refused = life.edit(std::string(5000, 'x'));
        CHECK(refused.durable == 1);
        CHECK(refused.failures == 1);
        CHECK_THAT(refused.failure, Catch::Contains("writing " + folder.path + "/journal.") && Catch::Contains("File too large"));
        CHECK(journal_size(folder.path) == before + 100);
    }
    {
        Life again{folder.path};  // room again: the torn record is cut, and it goes on
        CHECK(again.torn_bytes == 100);
        CHECK(again.value() == "one");
        CHECK(again.edit("two").durable == 1);
    }
    const Life last{folder.path};
    CHECK(last.torn_bytes == 0);
    CHECK(last.value() == "two");
}

TEST_CASE("after a write that failed the writer writes no more, even when there is room") {
    const Folder folder;
    {
        Life life{folder.path};
        REQUIRE(life.edit("one").durable == 1);
        {
            const FileLimit full{journal_size(folder.path)};
            REQUIRE(life.edit("two").failures == 1);
        }
        const auto size = journal_size(folder.path);
        life.send("three");  // the disk may have lost what it took before: only a new start may trust it
        const Outcome after = life.idle(milliseconds{100});
        CHECK(after.durable == 1);
        CHECK(after.failures == 1);
        CHECK(journal_size(folder.path) == size);
    }
    CHECK(Life{folder.path}.value() == "one");
}
