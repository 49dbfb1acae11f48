#include "agents/ocf/ipvs/parse.h"

#include <arpa/inet.h>
#include <regex.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <map>
#include <sstream>

namespace ipvs {
namespace {

struct Fault {
    std::string text;
};

[[noreturn]] void refuse(const std::string& where, const std::string& seen, const std::string& expected) {
    throw Fault{where + "=\"" + seen + "\": expected " + expected};
}

Endpoint endpoint(const std::string& where, const std::string& text) {
    Endpoint e;
    const auto colon = text.rfind(':');
    std::string ip = text.substr(0, colon);
    if (ip.size() > 2 && ip.front() == '[' && ip.back() == ']') ip = ip.substr(1, ip.size() - 2);
    unsigned char binary[16];
    char* end = nullptr;
    const long port = colon == std::string::npos ? 0 : std::strtol(text.c_str() + colon + 1, &end, 10);
    const bool numeric = end && *end == '\0' && port > 0 && port < 65536;
    e.ip = ip;
    if (!numeric || ::inet_pton(e.v6() ? AF_INET6 : AF_INET, ip.c_str(), binary) != 1) {
        refuse(where, text, "ADDRESS:PORT, such as 10.0.0.1:80 or [fd00::1]:80");
    }
    e.port = static_cast<int>(port);
    return e;
}

int number(const std::string& where, const std::string& text, int least, int most) {
    char* end = nullptr;
    const long n = std::strtol(text.c_str(), &end, 10);
    if (text.empty() || *end != '\0' || n < least || n > most) {
        refuse(where, text, "a number from " + std::to_string(least) + " to " + std::to_string(most));
    }
    return static_cast<int>(n);
}

// Seconds, with a fraction if wanted.
int millis(const std::string& where, const std::string& text) {
    char* end = nullptr;
    const double s = std::strtod(text.c_str(), &end);
    if (text.empty() || *end != '\0' || !(s >= 0.001 && s <= 86'400)) refuse(where, text, "seconds, such as 3 or 0.5");
    return static_cast<int>(std::lround(s * 1000));
}

bool flag(const std::string& where, const std::string& text) {
    if (text == "true" || text == "yes" || text == "on" || text == "1") return true;
    if (text == "false" || text == "no" || text == "off" || text == "0" || text.empty()) return false;
    refuse(where, text, "true or false");
}

// Words; "quoted parts" belong to one word.
std::vector<std::string> words(const std::string& text) {
    std::vector<std::string> list;
    std::string word;
    bool inside = false;
    char quote = 0;
    for (const char c : text) {
        if (quote) {
            if (c == quote) quote = 0;
            else word += c;
        } else if (c == '"' || c == '\'') {
            quote = c;
            inside = true;
        } else if (std::isspace(static_cast<unsigned char>(c))) {
            if (inside) list.push_back(word);
            word.clear();
            inside = false;
        } else {
            word += c;
            inside = true;
        }
    }
    if (inside) list.push_back(word);
    return list;
}

// Entries separated by "," or newline, outside of quotes.
std::vector<std::string> entries(const std::string& text) {
    std::vector<std::string> list(1);
    char quote = 0;
    for (const char c : text) {
        if (quote ? c == quote : (c == '"' || c == '\'')) quote = quote ? '\0' : c;
        if (!quote && (c == ',' || c == '\n')) list.emplace_back();
        else list.back() += c;
    }
    list.erase(std::remove_if(list.begin(), list.end(), [](const std::string& e) { return words(e).empty(); }), list.end());
    return list;
}

// One that can not be compiled would never match: every server would be down for ever.
std::string regex(const std::string& text) {
    regex_t re;
    const int failed = ::regcomp(&re, text.c_str(), REG_EXTENDED | REG_NOSUB);
    if (failed != 0) {
        char why[256] = {};
        ::regerror(failed, &re, why, sizeof why);
        refuse("check regex", text, std::string{"an extended regular expression ("} + why + ")");
    }
    ::regfree(&re);
    return text;
}

const std::map<std::string, CheckKind> kKinds = {{"none", CheckKind::none},          {"HTTP_GET", CheckKind::http},
                                                 {"SSL_GET", CheckKind::ssl},        {"TCP_CHECK", CheckKind::tcp},
                                                 {"SMTP_CHECK", CheckKind::smtp},    {"MISC_CHECK", CheckKind::misc}};

void set_check_word(Check& c, const std::string& key, const std::string& value) {
    if (key == "path" || key == "url") c.path = value;
    else if (key == "digest") c.digest = value;
    else if (key == "regex") c.regex = regex(value);
    else if (key == "virtualhost") c.virtual_host = value;
    else if (key == "connect") c.connect = endpoint("check connect", value);
    else if (key == "bindto") c.bind = value;
    else if (key == "helo_name") c.helo = value;
    else if (key == "misc_path" || key == "command") c.command = value;
    else if (key == "misc_dynamic") c.dynamic = flag("check misc_dynamic", value);
    else if (key == "connect_timeout" || key == "misc_timeout") c.connect_timeout_ms = millis("check " + key, value);
    else if (key == "delay_loop") c.delay_ms = millis("check delay_loop", value);
    else if (key == "retry" || key == "nb_get_retry") c.retry = number("check retry", value, 0, 1000);
    else if (key == "delay_before_retry") c.delay_before_retry_ms = millis("check delay_before_retry", value);
    else if (key == "status" || key == "status_code") {
        std::stringstream list{value};
        for (std::string code; std::getline(list, code, '/');) c.status.push_back(number("check status", code, 100, 599));
    } else {
        refuse("check", key, "one of path status digest regex virtualhost connect bindto helo_name misc_path "
                             "misc_dynamic connect_timeout delay_loop retry delay_before_retry");
    }
}

// "HTTP_GET path=/ status=200/204 connect_timeout=1 retry=3"
Check check(const std::string& text, Check c) {
    bool first = true;
    for (const auto& word : words(text)) {
        const auto equals = word.find('=');
        if (first && equals == std::string::npos) {
            const auto kind = kKinds.find(word);
            if (kind == kKinds.end()) refuse("check", word, "HTTP_GET, SSL_GET, TCP_CHECK, SMTP_CHECK, MISC_CHECK or none");
            c.kind = kind->second;
        } else if (equals == std::string::npos) {
            refuse("check", word, "NAME=VALUE");
        } else {
            set_check_word(c, word.substr(0, equals), word.substr(equals + 1));
        }
        first = false;
    }
    if (c.kind == CheckKind::misc && c.command.empty()) refuse("check", text, "misc_path=COMMAND with MISC_CHECK");
    return c;
}

// "10.0.0.1:80 weight=2 notify_down=/path check="TCP_CHECK retry=2""
RealServer real_server(const std::string& text, const RealServer& defaults) {
    RealServer r = defaults;
    bool first = true;
    for (const auto& word : words(text)) {
        const auto equals = word.find('=');
        const std::string key = word.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : word.substr(equals + 1);
        if (first) r.at = endpoint("real", word);
        else if (key == "weight") r.weight = number("real weight", value, 0, 65535);
        else if (key == "inhibit_on_failure") r.inhibit = flag("real inhibit_on_failure", value.empty() ? "true" : value);
        else if (key == "notify_up") r.notify_up = value;
        else if (key == "notify_down") r.notify_down = value;
        else if (key == "check") r.check = check(value, r.check);
        else refuse("real", word, "ADDRESS:PORT and weight= inhibit_on_failure= notify_up= notify_down= check=");
        first = false;
    }
    return r;
}

// Only NAT rewrites the packet: in the other forms it reaches the server with the virtual address and port.
void check_port(const std::string& where, const Endpoint& server, const Service& s) {
    if (s.method == Method::nat || server.port == s.at.port) return;
    refuse(where, to_string(server), "port " + std::to_string(s.at.port) + ", which method=DR and method=TUN leave as it is");
}

void check_servers(const Service& s) {
    for (std::size_t i = 0; i < s.servers.size(); ++i) {
        const Endpoint& at = s.servers[i].at;
        if (at.v6() != s.at.v6()) refuse("real", to_string(at), "the same address family as virtual");
        check_port("real", at, s);
        for (std::size_t j = 0; j < i; ++j) {
            if (at == s.servers[j].at) refuse("real", to_string(at), "each server once");
        }
    }
    if (s.sorry.port != 0) check_port("sorry_server", s.sorry, s);
}

void parse(const Get& get, Service& s) {
    const auto or_else = [&](const std::string& name, const std::string& otherwise) {
        const std::string v = get(name);
        return v.empty() ? otherwise : v;
    };
    s.at = endpoint("virtual", get("virtual"));
    const std::string protocol = or_else("protocol", "tcp");
    if (protocol != "tcp" && protocol != "udp") refuse("protocol", protocol, "tcp or udp");
    s.protocol = protocol == "tcp" ? Protocol::tcp : Protocol::udp;
    s.scheduler = or_else("scheduler", "wlc");
    static const char* const kSchedulers[] = {"rr", "wrr", "lc", "wlc", "lblc", "lblcr", "sh", "mh", "dh", "fo", "ovf", "sed", "nq", "twos"};
    if (std::find(std::begin(kSchedulers), std::end(kSchedulers), s.scheduler) == std::end(kSchedulers)) {
        refuse("scheduler", s.scheduler, "rr wrr lc wlc lblc lblcr sh mh dh fo ovf sed nq or twos");
    }
    const std::string method = or_else("method", "NAT");
    if (method == "NAT") s.method = Method::nat;
    else if (method == "DR") s.method = Method::direct_routing;
    else if (method == "TUN") s.method = Method::tunnel;
    else refuse("method", method, "NAT, DR or TUN");
    s.persistence_s = number("persistence_timeout", or_else("persistence_timeout", "0"), 0, 86'400 * 31);
    if (const std::string sorry = get("sorry_server"); !sorry.empty()) s.sorry = endpoint("sorry_server", sorry);
    s.quorum = number("quorum", or_else("quorum", "1"), 1, 1'000'000);
    s.hysteresis = number("hysteresis", or_else("hysteresis", "0"), 0, 1'000'000);
    if (s.hysteresis >= s.quorum) refuse("hysteresis", get("hysteresis"), "less than quorum (" + std::to_string(s.quorum) + ")");
    s.alpha = flag("alpha", get("alpha"));
    s.omega = flag("omega", get("omega"));
    s.quorum_up = get("quorum_up");
    s.quorum_down = get("quorum_down");
    RealServer defaults;
    defaults.inhibit = flag("inhibit_on_failure", get("inhibit_on_failure"));
    defaults.check = check(or_else("check", s.protocol == Protocol::tcp ? "TCP_CHECK" : "none"), Check{});
    for (const auto& entry : entries(get("real"))) s.servers.push_back(real_server(entry, defaults));
    check_servers(s);
    if (s.servers.empty() && s.sorry.port == 0) refuse("real", get("real"), "at least one server");
}

}  // namespace

std::string to_string(const Endpoint& e) {
    return (e.v6() ? "[" + e.ip + "]" : e.ip) + ":" + std::to_string(e.port);
}

std::string parse_service(const Get& get, Service& service) {
    service = {};
    try {
        parse(get, service);
    } catch (const Fault& fault) {
        return "parameter " + fault.text;
    }
    return {};
}

}  // namespace ipvs
