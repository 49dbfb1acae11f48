// Proves: the director's parameters are read or refused by name, and which servers are in the table follows keepalived's
// rules: retries, quorum with hysteresis, sorry server, inhibit, dynamic weight.
#include <map>

#include "agents/ocf/ipvs/director.h"
#include "agents/ocf/ipvs/parse.h"
#include "tests/catch.h"

using namespace ipvs;

namespace {

std::string parse(std::map<std::string, std::string> parameters, Service& s) {
    return parse_service([&](const std::string& name) { return parameters[name]; }, s);
}

std::string text(const std::vector<Destination>& table) {
    std::string out;
    for (const auto& d : table) out += to_string(d.at) + "=" + std::to_string(d.weight) + " ";
    return out;
}

Service two_servers(std::map<std::string, std::string> more = {}) {
    more["virtual"] = "10.0.0.100:80";
    if (more["real"].empty()) more["real"] = "10.0.0.1:80 weight=2, 10.0.0.2:80";
    more["check"] = "HTTP_GET path=/ status=200 retry=2 delay_loop=3 delay_before_retry=1 connect_timeout=1";
    Service s;
    REQUIRE(parse(more, s).empty());
    return s;
}

}  // namespace

TEST_CASE("parameters: the article's fourth experiment") {
    Service s;
    const std::string fault = parse({{"virtual", "192.168.136.100:80"},
                                     {"scheduler", "wrr"},
                                     {"method", "DR"},
                                     {"sorry_server", "127.0.0.1:80"},
                                     {"real", "192.168.136.229:80 weight=2,\n192.168.136.129:80 weight=1 check=\"TCP_CHECK retry=1\""},
                                     {"check", "HTTP_GET path=/ status=200 connect_timeout=1 nb_get_retry=3 delay_before_retry=1 delay_loop=3"}},
                                    s);
    CHECK(fault.empty());
    REQUIRE(s.servers.size() == 2);
    CHECK(s.servers[0].weight == 2);
    CHECK(s.servers[0].check.kind == CheckKind::http);
    CHECK(s.servers[0].check.retry == 3);
    CHECK(s.servers[1].check.kind == CheckKind::tcp);
    CHECK(s.servers[1].check.delay_ms == 3000);
    CHECK(s.method == Method::direct_routing);
}

TEST_CASE("what does not rewrite packets can not have another port") {
    Service s;
    std::map<std::string, std::string> p{{"virtual", "10.0.0.100:80"}, {"real", "10.0.0.1:8080"}, {"method", "NAT"}};
    CHECK(parse(p, s).empty());
    p["method"] = "DR";
    CHECK(parse(p, s) == "parameter real=\"10.0.0.1:8080\": expected port 80, which method=DR and method=TUN leave as it is");
    p["real"] = "10.0.0.1:80";
    p["sorry_server"] = "127.0.0.1:8080";
    CHECK(parse(p, s) == "parameter sorry_server=\"127.0.0.1:8080\": expected port 80, which method=DR and method=TUN leave as it is");
}

TEST_CASE("faults are named with what was seen and what was expected") {
    Service s;
    CHECK(parse({{"virtual", "nowhere"}}, s) == "parameter virtual=\"nowhere\": expected ADDRESS:PORT, such as 10.0.0.1:80 or [fd00::1]:80");
    const std::map<std::string, std::string> base{{"virtual", "10.0.0.100:80"}, {"real", "10.0.0.1:80"}};
    const auto with = [&](const std::string& name, const std::string& value) {
        auto all = base;
        all[name] = value;
        Service service;
        return parse(all, service);
    };
    CHECK(with("scheduler", "best").find("scheduler=\"best\"") != std::string::npos);
    CHECK(with("method", "MAGIC").find("NAT, DR or TUN") != std::string::npos);
    CHECK(with("check", "PING").find("check=\"PING\"") != std::string::npos);
    CHECK(with("check", "HTTP_GET regex='we(b'").find("check regex=\"we(b\": expected an extended regular expression (") != std::string::npos);
    CHECK(with("check", "MISC_CHECK").find("misc_path") != std::string::npos);
    CHECK(with("real", "10.0.0.1:80 wieght=2").find("wieght=2") != std::string::npos);
    CHECK(with("real", "10.0.0.1:80, 10.0.0.1:80").find("each server once") != std::string::npos);
    CHECK(with("real", "[fd00::1]:80").find("same address family") != std::string::npos);
    CHECK(with("hysteresis", "1").find("less than quorum") != std::string::npos);
    CHECK(with("check", "TCP_CHECK").empty());
}

TEST_CASE("a server leaves after its retries and is back with the first success") {
    Director d{two_servers()};
    CHECK(text(d.table()) == "10.0.0.1:80=2 10.0.0.2:80=1 ");
    auto c = d.verdict(1, false, "status 500");
    CHECK_FALSE(c.table_changed);
    CHECK(c.next_check_ms == 1000);
    d.verdict(1, false, "status 500");
    c = d.verdict(1, false, "status 500");
    CHECK(c.table_changed);
    CHECK(c.text == "10.0.0.2:80 is down: status 500");
    CHECK(text(d.table()) == "10.0.0.1:80=2 ");
    c = d.verdict(1, true, "status 200");
    CHECK(c.table_changed);
    CHECK(c.next_check_ms == 3000);
    CHECK(text(d.table()) == "10.0.0.1:80=2 10.0.0.2:80=1 ");
}

TEST_CASE("no quorum: the sorry server answers, alone") {
    Director d{two_servers({{"sorry_server", "127.0.0.1:80"}, {"quorum_down", "down-hook"}, {"quorum_up", "up-hook"}})};
    for (int i = 0; i < 3; ++i) d.verdict(0, false, "x");
    Consequences c;
    for (int i = 0; i < 3; ++i) c = d.verdict(1, false, "x");
    CHECK(text(d.table()) == "127.0.0.1:80=1 ");
    CHECK(c.commands == std::vector<std::string>{"down-hook"});
    c = d.verdict(1, true, "fine");
    CHECK(c.commands == std::vector<std::string>{"up-hook"});
    CHECK(text(d.table()) == "10.0.0.2:80=1 ");
}

TEST_CASE("trouble names the servers that are down and why, in words that stay while nothing changes") {
    Director d{two_servers({{"sorry_server", "127.0.0.1:80"}})};
    CHECK(d.trouble().empty());
    for (int i = 0; i < 2; ++i) d.verdict(1, false, "status 500");
    CHECK(d.trouble().empty());  // retries are left
    d.verdict(1, false, "status 502");
    CHECK(d.trouble() == "1 of 2 servers down: 10.0.0.2:80 (status 502)");
    d.verdict(1, false, "timeout after 1003 ms");
    CHECK(d.trouble() == "1 of 2 servers down: 10.0.0.2:80 (status 502)");
    for (int i = 0; i < 3; ++i) d.verdict(0, false, "connection refused");
    CHECK(d.trouble() == "2 of 2 servers down: 10.0.0.1:80 (connection refused), 10.0.0.2:80 (status 502); no quorum of servers, "
                         "sorry server 127.0.0.1:80 answers");
    d.verdict(0, true, "fine");
    d.verdict(1, true, "fine");
    CHECK(d.trouble().empty());

    std::string many;
    for (int i = 1; i <= 7; ++i) many += "10.0.0." + std::to_string(i) + ":80,";
    Director all{two_servers({{"real", many}, {"alpha", "true"}})};
    all.verdict(0, false, "no route");
    CHECK(all.trouble() == "7 of 7 servers down: 10.0.0.1:80 (no route), 10.0.0.2:80 (not checked yet), 10.0.0.3:80 (not checked yet), "
                           "10.0.0.4:80 (not checked yet), 10.0.0.5:80 (not checked yet) and 2 more; no quorum of servers");
}

TEST_CASE("hysteresis keeps the quorum from flapping") {
    Director d{two_servers({{"real", "10.0.0.1:80 weight=2, 10.0.0.2:80 weight=2, 10.0.0.3:80 weight=1"},
                            {"quorum", "4"}, {"hysteresis", "1"}, {"sorry_server", "127.0.0.1:80"}})};
    for (int i = 0; i < 3; ++i) d.verdict(0, false, "x");   // weight 3 = quorum - hysteresis: still there
    CHECK(d.has_quorum());
    for (int i = 0; i < 3; ++i) d.verdict(2, false, "x");   // 2
    CHECK_FALSE(d.has_quorum());
    d.verdict(0, true, "fine");                             // 4: not yet
    CHECK_FALSE(d.has_quorum());
    d.verdict(2, true, "fine");                             // 5
    CHECK(d.has_quorum());
}

TEST_CASE("inhibit keeps a failed server with weight 0; a dynamic check sets the weight; alpha begins as failed") {
    Director d{two_servers({{"inhibit_on_failure", "true"}})};
    for (int i = 0; i < 3; ++i) d.verdict(0, false, "x");
    CHECK(text(d.table()) == "10.0.0.1:80=0 10.0.0.2:80=1 ");
    CHECK(d.verdict(1, true, "exit 9", 7).table_changed);
    CHECK(text(d.table()) == "10.0.0.1:80=0 10.0.0.2:80=7 ");
    Director late{two_servers({{"alpha", "true"}})};
    CHECK(late.table().empty());
    late.verdict(0, true, "fine");
    CHECK(text(late.table()) == "10.0.0.1:80=2 ");
}
