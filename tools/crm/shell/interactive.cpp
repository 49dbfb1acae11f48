// The interactive mode.
#include <iostream>

#include "tools/crm/configure/editor.h"
#include "tools/crm/shell/context.h"

namespace muster::crm {

int run_interactive(Context& context) {
    context.interactive = true;
    int status = kOk;
    while (!context.quit) {
        std::string text;
        std::cout << "crm(" << (context.store() ? (*context.store())->name() : "no cluster") << ")" << context.level
                  << "# " << std::flush;
        if (!std::getline(std::cin, text)) break;
        auto words = lex(text);
        status = words ? run_line(context, std::move(*words), false) : context.fail(words.error());
    }
    return status;
}

}  // namespace muster::crm
