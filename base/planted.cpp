#include "base/planted.h"

#ifdef MUSTER_PLANTED_BUGS
namespace muster {
Bug planted_bug = Bug::none;
}
#endif
