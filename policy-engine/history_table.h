// The history of each resource on each node: a short row for each resource, ascending by node.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "cib/model/cib.h"

namespace muster::policy {

class HistoryTable {
  public:
    using Key = std::pair<int, int>;  // resource, node
    using Entry = std::pair<Key, const cib::ResourceHistory*>;

    // Null: that node knows nothing of the resource.
    const cib::ResourceHistory* find(int resource, int node) const {
        const auto r = static_cast<std::size_t>(resource);
        if (r >= rows_.size()) return nullptr;
        const auto at = place(rows_[r], node);
        return at == rows_[r].end() || at->first.second != node ? nullptr : at->second;
    }

    const cib::ResourceHistory*& slot(int resource, int node) {
        const auto r = static_cast<std::size_t>(resource);
        if (r >= rows_.size()) rows_.resize(r + 1);
        auto at = place(rows_[r], node);
        if (at == rows_[r].end() || at->first.second != node) at = rows_[r].insert(at, {{resource, node}, nullptr});
        return at->second;
    }

    // All, by resource, then by node.
    std::vector<Entry> all() const {
        std::vector<Entry> out;
        for (const auto& row : rows_) out.insert(out.end(), row.begin(), row.end());
        return out;
    }

  private:
    template <typename Row>
    static auto place(Row& row, int node) -> decltype(row.end()) {
        // Nodes are read in ascending order: mostly it is the end.
        if (row.empty() || row.back().first.second < node) return row.end();
        return std::lower_bound(row.begin(), row.end(), node,
                                [](const Entry& e, int n) { return e.first.second < n; });
    }

    std::vector<std::vector<Entry>> rows_;
};

}  // namespace muster::policy
