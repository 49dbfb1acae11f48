// crm simulate as a program of its own, for benchmarks and for the suite while crm is not at hand.
#include <exception>
#include <iostream>

#include "tools/simulate/simulate.h"

int main(int argc, char** argv) {
    try {
        std::vector<std::string> arguments{argv + 1, argv + argc};
        if (!arguments.empty() && arguments.front() == "simulate") arguments.erase(arguments.begin());
        return muster::crm::simulate_main(arguments, std::cout, std::cerr);
    } catch (const std::exception& e) {
        std::cerr << "error: " << e.what() << "\n";
        return 1;
    }
}
