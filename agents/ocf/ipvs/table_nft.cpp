// nftables form: one table for each virtual service; connections are shared out by number (round robin, weighted) or,
// with persistence or scheduler sh, by a hash of the client's address.
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "agents/ocf/ipvs/table.h"

namespace ipvs {
namespace {

// At fault: the first line that nft said.
Outcome run_nft(const std::string& script) {
    const int fd = ::memfd_create("nft", 0);
    if (fd < 0 || ::write(fd, script.data(), script.size()) != static_cast<ssize_t>(script.size())) return {std::strerror(errno)};
    const std::string command = "nft -f /dev/fd/" + std::to_string(fd) + " 2>&1";
    ::lseek(fd, 0, SEEK_SET);
    FILE* pipe = ::popen(command.c_str(), "r");
    char line[512] = "";
    const bool said = pipe && std::fgets(line, sizeof line, pipe);
    const int status = pipe ? ::pclose(pipe) : -1;
    ::close(fd);
    if (status == 0) return {};
    line[std::strcspn(line, "\n")] = '\0';
    return {said ? line : "nft failed"};
}

std::string table_name(const Service& s) {
    std::string name = "muster_ipvs_" + s.at.ip + "_" + std::to_string(s.at.port) + (s.protocol == Protocol::tcp ? "_tcp" : "_udp");
    for (char& c : name) {
        if (c == '.' || c == ':') c = '_';
    }
    return name;
}

class NftTable final : public Table {
  public:
    explicit NftTable(bool masquerade) : masquerade_{masquerade} {}

    Outcome set(const Service& s, const std::vector<Destination>& destinations) override {
        // One transaction: no moment without the table.
        const std::string head = std::string{family(s)} + " " + table_name(s);
        std::ostringstream script;
        script << "add table " << head << "\ndelete table " << head << "\ntable " << head << " {\n";
        for (const char* hook : {"prerouting", "output"}) {
            script << " chain " << hook << " { type nat hook " << hook << " priority -100;\n  "
                   << rule(s, destinations) << "\n }\n";
        }
        if (masquerade_) {
            script << " chain postrouting { type nat hook postrouting priority 100;\n  meta l4proto " << (s.protocol == Protocol::tcp ? "tcp" : "udp") << " ct original " << ip(s) << " daddr " << s.at.ip
                   << " ct original proto-dst " << s.at.port << " masquerade\n }\n";
        }
        script << "}\n";
        return run_nft(script.str());
    }

    Outcome remove(const Service& s) override {
        if (!present(s)) return {};
        return run_nft("delete table " + std::string{family(s)} + " " + table_name(s) + "\n");
    }

    bool present(const Service& s) override {
        const std::string command = "nft list table " + std::string{family(s)} + " " + table_name(s) + " >/dev/null 2>&1";
        return std::system(command.c_str()) == 0;
    }

    std::string name() const override { return "nft"; }

  private:
    static const char* family(const Service& s) { return s.at.v6() ? "ip6" : "ip"; }
    static const char* ip(const Service& s) { return s.at.v6() ? "ip6" : "ip"; }

    static std::string rule(const Service& s, const std::vector<Destination>& destinations) {
        std::ostringstream r;
        r << ip(s) << " daddr " << s.at.ip << " " << (s.protocol == Protocol::tcp ? "tcp" : "udp") << " dport " << s.at.port << " ";
        int total = 0;
        std::ostringstream map;
        const bool weighted = s.scheduler != "rr" && s.scheduler != "lc";
        for (const auto& d : destinations) {
            const int weight = d.weight == 0 ? 0 : weighted ? d.weight : 1;
            if (weight == 0) continue;
            map << (total ? ", " : "") << total;
            if (weight > 1) map << "-" << total + weight - 1;
            map << " : " << d.at.ip << " . " << d.at.port;
            total += weight;
        }
        // Nobody to send it to: say so to the client rather than let it wait.
        if (total == 0) return "";
        const bool sticky = s.persistence_s > 0 || s.scheduler == "sh" || s.scheduler == "mh";
        r << "dnat " << ip(s) << " addr . port to ";
        if (sticky) r << "jhash " << ip(s) << " saddr mod " << total;
        else r << "numgen inc mod " << total;
        r << " map { " << map.str() << " }";
        return r.str();
    }

    bool masquerade_;
};

}  // namespace

std::unique_ptr<Table> open_nft(bool masquerade) { return std::make_unique<NftTable>(masquerade); }

}  // namespace ipvs
