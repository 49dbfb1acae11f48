#include "agents/ocf/ipvs/probe.h"

#include <openssl/evp.h>
#include <regex.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace ipvs {
namespace {

constexpr std::size_t kMostBody = 1 << 20;

std::string md5(const std::string& bytes) {
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int size = 0;
    EVP_Digest(bytes.data(), bytes.size(), out, &size, EVP_md5(), nullptr);
    std::string text;
    for (unsigned int i = 0; i < size; ++i) {
        static const char digits[] = "0123456789abcdef";
        text += digits[out[i] >> 4];
        text += digits[out[i] & 15];
    }
    return text;
}

bool matches(const std::string& pattern, const std::string& text) {
    regex_t re;
    if (::regcomp(&re, pattern.c_str(), REG_EXTENDED | REG_NOSUB) != 0) return false;
    const bool found = ::regexec(&re, text.c_str(), 0, nullptr, 0) == 0;
    ::regfree(&re);
    return found;
}

class CurlProbe final : public Probe {
  public:
    explicit CurlProbe(const RealServer& server) : check_{server.check}, curl_{curl_easy_init()} {
        const Endpoint& at = check_.connect.port != 0 ? check_.connect : server.at;
        const std::string where = to_string(at);
        curl_easy_setopt(curl_, CURLOPT_TIMEOUT_MS, static_cast<long>(check_.connect_timeout_ms));
        curl_easy_setopt(curl_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(check_.connect_timeout_ms));
        curl_easy_setopt(curl_, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl_, CURLOPT_PROXY, "");
        curl_easy_setopt(curl_, CURLOPT_FRESH_CONNECT, 1L);
        curl_easy_setopt(curl_, CURLOPT_FORBID_REUSE, 1L);
        if (!check_.bind.empty()) curl_easy_setopt(curl_, CURLOPT_INTERFACE, ("host!" + check_.bind).c_str());
        curl_easy_setopt(curl_, CURLOPT_WRITEFUNCTION, &CurlProbe::on_body);
        curl_easy_setopt(curl_, CURLOPT_WRITEDATA, this);
        switch (check_.kind) {
            case CheckKind::http: curl_easy_setopt(curl_, CURLOPT_URL, ("http://" + where + check_.path).c_str()); break;
            case CheckKind::ssl:
                // Whether it serves is asked, not who it is: a real server's certificate is for the virtual name.
                curl_easy_setopt(curl_, CURLOPT_URL, ("https://" + where + check_.path).c_str());
                curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYPEER, 0L);
                curl_easy_setopt(curl_, CURLOPT_SSL_VERIFYHOST, 0L);
                break;
            case CheckKind::smtp:
                curl_easy_setopt(curl_, CURLOPT_URL, ("smtp://" + where + "/" + check_.helo).c_str());
                curl_easy_setopt(curl_, CURLOPT_CUSTOMREQUEST, "NOOP");
                break;
            default:
                curl_easy_setopt(curl_, CURLOPT_URL, ("http://" + where + "/").c_str());
                curl_easy_setopt(curl_, CURLOPT_CONNECT_ONLY, 1L);
        }
        if (!check_.virtual_host.empty()) {
            headers_ = curl_slist_append(nullptr, ("Host: " + check_.virtual_host).c_str());
            curl_easy_setopt(curl_, CURLOPT_HTTPHEADER, headers_);
        }
    }
    ~CurlProbe() override {
        curl_easy_cleanup(curl_);
        curl_slist_free_all(headers_);
    }
    CURL* handle() override { return curl_; }

    Verdict curl_done(CURLcode code) override {
        if (code != CURLE_OK) return {false, -1, curl_easy_strerror(code)};
        if (check_.kind != CheckKind::http && check_.kind != CheckKind::ssl) return {true, -1, "answers"};
        long status = 0;
        curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
        const auto& wanted = check_.status;
        const bool status_ok = wanted.empty() ? status >= 200 && status < 400
                                              : std::find(wanted.begin(), wanted.end(), status) != wanted.end();
        if (!status_ok) return {false, -1, "status " + std::to_string(status)};
        if (!check_.digest.empty() && md5(body_) != check_.digest) return {false, -1, "digest " + md5(body_)};
        if (!check_.regex.empty() && !matches(check_.regex, body_)) return {false, -1, "page does not match " + check_.regex};
        return {true, -1, "status " + std::to_string(status)};
    }

  private:
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t n, void* user) {
        auto* self = static_cast<CurlProbe*>(user);
        const std::size_t room = kMostBody - std::min(kMostBody, self->body_.size());
        self->body_.append(bytes, std::min(room, size * n));
        return size * n;
    }
    Check check_;
    CURL* curl_;
    curl_slist* headers_ = nullptr;
    std::string body_;
};

// MISC_CHECK: exit 0 well, 1 failed, 2 to 255 well with weight exit - 2 where dynamic (else failed).
class MiscProbe final : public Probe {
  public:
    MiscProbe(const RealServer& server, long now_ms) : check_{server.check}, deadline_{now_ms + server.check.connect_timeout_ms} {
        pid_ = ::fork();
        if (pid_ == 0) {
            ::setpgid(0, 0);
            ::execl("/bin/sh", "sh", "-c", check_.command.c_str(), nullptr);
            ::_exit(127);
        }
        if (pid_ > 0) pidfd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
    }
    ~MiscProbe() override {
        if (pidfd_ >= 0) ::close(pidfd_);
        if (pid_ > 0) {
            ::kill(-pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    int fd() const override { return pidfd_; }

    std::optional<Verdict> poll(long now_ms) override {
        if (pid_ < 0) return Verdict{false, -1, "cannot fork"};
        int status = 0;
        if (::waitpid(pid_, &status, WNOHANG) == pid_) {
            ::kill(-pid_, SIGKILL);
            pid_ = 0;
            if (!WIFEXITED(status)) return Verdict{false, -1, "killed by signal " + std::to_string(WTERMSIG(status))};
            const int code = WEXITSTATUS(status);
            if (code == 0) return Verdict{true, -1, "exit 0"};
            if (code >= 2 && check_.dynamic) return Verdict{true, code - 2, "exit " + std::to_string(code)};
            return Verdict{false, -1, "exit " + std::to_string(code)};
        }
        if (now_ms >= deadline_) return Verdict{false, -1, "timed out"};
        return std::nullopt;
    }

  private:
    Check check_;
    long deadline_;
    pid_t pid_ = 0;
    int pidfd_ = -1;
};

}  // namespace

std::unique_ptr<Probe> start_probe(const RealServer& server, long now_ms) {
    if (server.check.kind == CheckKind::misc) return std::make_unique<MiscProbe>(server, now_ms);
    return std::make_unique<CurlProbe>(server);
}

}  // namespace ipvs
