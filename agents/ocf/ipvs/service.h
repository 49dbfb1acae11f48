// What one virtual server is: data only.  Words and defaults are keepalived's (virtual_server, real_server, checkers).
#pragma once

#include <string>
#include <vector>

namespace ipvs {

enum class Method { nat, direct_routing, tunnel };
enum class Protocol { tcp, udp };
enum class CheckKind { none, http, ssl, tcp, smtp, misc };

struct Endpoint {
    std::string ip;
    int port = 0;
    bool v6() const { return ip.find(':') != std::string::npos; }
    friend bool operator==(const Endpoint&, const Endpoint&) = default;
};
std::string to_string(const Endpoint& e);  // "10.0.0.1:80", "[fd00::1]:80"

struct Check {
    CheckKind kind = CheckKind::tcp;
    std::string path = "/";
    std::vector<int> status;         // accepted; empty: 200 to 399
    std::string digest;              // MD5 of the body, hexadecimal
    std::string regex;               // POSIX ERE that the body must match
    std::string virtual_host;        // Host: header
    Endpoint connect;                // instead of the server's own, where set
    std::string bind;                // source address
    std::string helo = "localhost";  // SMTP
    std::string command;             // MISC: by /bin/sh
    bool dynamic = false;            // MISC: exit 2 to 255 sets the weight to exit - 2
    int connect_timeout_ms = 5000;
    int delay_ms = 60'000;           // delay_loop: between checks
    int retry = 1;
    int delay_before_retry_ms = 1000;
};

struct RealServer {
    Endpoint at;
    int weight = 1;
    bool inhibit = false;            // failed: weight 0 instead of removed
    Check check;
    std::string notify_up, notify_down;
};

struct Service {
    Endpoint at;
    Protocol protocol = Protocol::tcp;
    std::string scheduler = "wlc";
    Method method = Method::nat;
    int persistence_s = 0;
    std::vector<RealServer> servers;
    Endpoint sorry;                  // port 0: none
    int quorum = 1;
    int hysteresis = 0;
    bool alpha = false;              // a server counts as failed until its first check succeeds
    bool omega = false;              // run notify_down for all when the service is stopped
    std::string quorum_up, quorum_down;
};

}  // namespace ipvs
