// The exact spellings with which resource agents call their helper programs, one after another on one CIB file.
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "tests/catch.h"
#include "tools/classic/programs.h"

using namespace muster;
using namespace muster::classic;

namespace {

constexpr const char* kCib = R"(<cib crm_feature_set="3.16.1" validate-with="pacemaker-3.9" epoch="5" num_updates="3" admin_epoch="0" have-quorum="1">
  <configuration>
    <crm_config/>
    <nodes><node id="1" uname="node1"/><node id="2" uname="node2"/></nodes>
    <resources><primitive id="db" class="ocf" provider="heartbeat" type="pgsql"><utilization id="db-u"><nvpair id="db-cpu" name="cpu" value="2"/></utilization></primitive></resources>
    <constraints/>
  </configuration>
  <status>
    <node_state id="1" uname="node1" in_ccm="true" crmd="online" join="member" expected="member"/>
    <node_state id="2" uname="node2" in_ccm="false" crmd="offline" join="down" expected="down"/>
  </status>
</cib>)";

struct Row {
    const char* command;
    int status;
    const char* out;
};

// Word by word as the agents of Debian's resource-agents write them; "node1" is where they run.
const Row kRows[] = {
    // crm_attribute: reboot attributes
    {"crm_attribute -N node1 -l reboot --name X -v 5", 0, ""},
    {"crm_attribute -N node1 -l reboot --name X --query", 0, "scope=status  name=X value=5\n"},
    {"crm_attribute -N node1 -l reboot --name X --query -q", 0, "5\n"},
    {"crm_attribute -N node1 -l reboot --name X -G --quiet", 0, "5\n"},
    {"crm_attribute -N node1 -l reboot --name X --delete", 0, "Deleted status attribute: id=status-1-X name=X\n"},
    {"crm_attribute -N node1 -l reboot --name X --query -q", 105, ""},
    {"crm_attribute -l reboot --name master-score -v -INFINITY", 0, ""},
    {"crm_attribute -l reboot --name master-score --query --quiet", 0, "-INFINITY\n"},
    // permanent ones
    {"crm_attribute --lifetime forever --node node1 --name db-data-status --update LATEST", 0, ""},
    {"crm_attribute --type nodes --node node1 -n db-data-status -G -q", 0, "LATEST\n"},
    {"crm_attribute -t nodes --node node1 -n db-data-status -D", 0, "Deleted nodes attribute: id=nodes-1-db-data-status name=db-data-status\n"},
    {"crm_attribute -t nodes --node node1 -n db-data-status -G -q -d none", 0, "none\n"},
    // options in a set of one's own
    {"crm_attribute --type crm_config --name db_REPL_INFO -s db_replication -v node1|0000", 0, ""},
    {"crm_attribute --type crm_config --name db_REPL_INFO -s db_replication --query -q", 0, "node1|0000\n"},
    {"crm_attribute --type crm_config --name db_REPL_INFO -s db_replication --query -v x -q", 0, ""},
    {"crm_attribute --type crm_config --name db_REPL_INFO -s db_replication --query", 0, "scope=crm_config  name=db_REPL_INFO value=x\n"},
    // utilization
    {"crm_attribute -Q -t nodes -U node1 -z -n cpu -v 8", 0, ""},
    {"crm_attribute -Q -t nodes -U node1 -z -n cpu -G", 0, "8\n"},
    // promotion scores
    {"crm_attribute -p db -N node1 -v 100", 0, ""},
    {"crm_attribute --promotion -N node1 -G -q", 0, "100\n"},
    {"crm_attribute -p -D", 0, "Deleted status attribute: id=status-1-master-db name=master-db\n"},
    {"crm_master -Q -l reboot -v 10", 0, ""},
    {"crm_master -Q -l reboot -G", 0, "10\n"},
    {"crm_master -G -Q -l reboot -r db", 0, "10\n"},
    {"crm_master -l reboot -D", 0, "Deleted status attribute: id=status-1-master-db name=master-db\n"},
    {"crm_master -Q -l reboot -G", 105, ""},
    // attrd_updater
    {"attrd_updater -n A -v 7", 0, ""},
    {"attrd_updater -n A -U 8", 0, ""},
    {"attrd_updater -Q -n A", 0, "name=\"A\" host=\"node1\" value=\"8\"\n"},
    {"attrd_updater --query -n A -N node1", 0, "name=\"A\" host=\"node1\" value=\"8\"\n"},
    {"attrd_updater -n A -B 9 -d 5s", 0, ""},
    {"attrd_updater -Q -n A -A", 0, "name=\"A\" host=\"node1\" value=\"9\"\n"},
    {"attrd_updater -D -n A --lifetime reboot", 0, ""},
    {"attrd_updater -Q -n A", 105, ""},
    // crm_node
    {"crm_node -n", 0, "node1\n"},
    {"crm_node -l", 0, "1 node1 member\n2 node2 lost\n"},
    {"crm_node -p", 0, "node1 \n"},
    {"crm_node -i", 0, "1\n"},
    {"crm_node -q", 0, "1\n"},
    // crm_resource
    {"crm_resource -r db -z -g cpu", 0, "2\n"},
    {"crm_resource -r db -z -p cpu -v 4", 0, "Set 'db' option: id=db-cpu name=cpu value=4\n"},
    {"crm_resource -r db -z -g cpu", 0, "4\n"},
    // cibadmin
    {"cibadmin -Q --xpath //nvpair[@name='cpu'][@value='4']", 0, "<nvpair id=\"db-cpu\" name=\"cpu\" value=\"4\"/>\n"},
    {"cibadmin -Q --xpath //nothing", 105, ""},
    {"crm_resource -r db -z -d cpu", 0, nullptr},
    {"crm_resource -r db -z -g cpu", 105, nullptr},
    // others
    {"crm_standby -N node1 -v on", 0, ""},
    {"crm_standby -N node1 -G -q", 0, "on\n"},
    {"crm_failcount -G -r db -N node1", 0, "scope=status  name=fail-count-db value=0\n"},
    {"pacemakerd -$", 0, nullptr},
    {"crm_mon -1", 0, nullptr},
    {"crm_mon -n -1", 0, nullptr},
    {"crm_resource -Q -r db -W", 0, nullptr},
    {"crm_resource --list-operations -N node1", 0, ""},
};

class File {
  public:
    File() {
        const int fd = ::mkstemp(path_);
        REQUIRE(fd >= 0);
        ::close(fd);
        std::ofstream{path_} << kCib;
    }
    ~File() { std::remove(path_); }
    const char* path() const { return path_; }

  private:
    char path_[32] = "/tmp/muster-classic-XXXXXX";
};

Context context_for(const std::string& command, const File& file) {
    Context context;
    std::istringstream words{command};
    words >> context.program;
    for (std::string word; words >> word;) context.arguments.push_back(word);
    context.environment = {{"CIB_file", file.path()}, {"OCF_RESOURCE_INSTANCE", "db"}};
    context.host = "node1";
    context.now = WallTime::from_seconds(1'700'000'000);
    context.read_stdin = [] { return Result<std::string>{std::string{}}; };
    return context;
}

}  // namespace

TEST_CASE("the invocations of Debian's resource agents") {
    const File file;
    for (const Row& row : kRows) {
        Context context = context_for(row.command, file);
        INFO(row.command);
        const Program program = find_program(context.program);
        REQUIRE(program);
        const int status = program(context);
        INFO("stderr: " << context.err);
        CHECK(status == row.status);
        if (row.out) CHECK(context.out == row.out);
    }
}

TEST_CASE("what agents cut out of crm_mon's and crm_simulate's output") {
    const File file;
    const auto said = [&](const std::string& command) {
        Context context = context_for(command, file);
        INFO(command);
        CHECK(find_program(context.program)(context) == 0);
        return context.out;
    };
    // pgsql: print_crm_mon | grep
    for (const char* command : {"crm_mon -1 --as-xml", "crm_mon -1 --output-as=xml"}) {
        const std::string xml = said(command);
        CHECK(xml.find("<node name=\"node1\" ") != std::string::npos);
        CHECK(xml.find("online=\"true\"") != std::string::npos);
        CHECK(xml.find("<resource id=\"db\" ") != std::string::npos);
    }
    // azure-events: what comes after the heading
    const std::string summary = said("crm_simulate -Ls");
    CHECK(summary.find("Transition Summary:") != std::string::npos);
    CHECK(summary.find("db allocation score on node1: ") != std::string::npos);
    CHECK(said("crm_simulate -LS").find("Transition Summary:") != std::string::npos);
}

TEST_CASE("crm_mon in the background wants a file, and tells its pid before it goes on") {
    const File file;
    Context context = context_for("crm_mon -p /run/x.pid -d -i 15", file);
    CHECK(find_program("crm_mon")(context) == 64);
    CHECK(context.err.find("--daemonize needs a file to write") != std::string::npos);
    context = context_for("crm_mon -p /run/x.pid -d -i soon -h /dev/null", file);
    CHECK(find_program("crm_mon")(context) == 64);
    CHECK(context.err.find("--interval=soon: expected a time, such as 15s") != std::string::npos);
    context = context_for("crm_mon -p /run/x.pid -d -i 15 -h /dev/null", file);
    std::string pid_file;
    context.detach = [&](const std::string& path) -> Result<void> {
        pid_file = path;
        return fail("no room");
    };
    CHECK(find_program("crm_mon")(context) == 73);
    CHECK(pid_file == "/run/x.pid");
}

TEST_CASE("shell functions trust crm_node -n from Pacemaker 2 on") {
    const File file;
    Context context = context_for("pacemakerd -$", file);
    CHECK(find_program("pacemakerd")(context) == 0);
    CHECK(context.out.rfind("Pacemaker 2.1", 0) == 0);
}

TEST_CASE("a broken CIB file is told, not overwritten") {
    const File file;
    std::ofstream{file.path()} << "<cib><configuration></cib>";
    Context context = context_for("crm_attribute -n x -v 1", file);
    CHECK(find_program("crm_attribute")(context) != 0);
    CHECK_FALSE(context.err.empty());
    std::ifstream in{file.path()};
    std::ostringstream now;
    now << in.rdbuf();
    CHECK(now.str() == "<cib><configuration></cib>");
}
