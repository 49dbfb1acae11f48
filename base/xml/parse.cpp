#include "base/xml/parse.h"

#include <fmt/format.h>
#include <libxml/SAX2.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <memory>
#include <mutex>
#include <string>

#include "base/text.h"
#include "base/xml/scan.h"

namespace muster::xml {
namespace {

struct ContextFree {
    void operator()(xmlParserCtxt* c) const noexcept {
        if (c->myDoc != nullptr) xmlFreeDoc(c->myDoc);  // what a document type makes it begin, though no tree is asked for
        xmlFreeParserCtxt(c);
    }
};

constexpr int kMaxDepth = 200;

struct Session {
    Handler* handler = nullptr;
    xmlParserCtxt* context = nullptr;
    std::vector<AttributeView> attributes;
    std::vector<std::string> unescaped;  // values that libxml2 hands over with &#38; kept
    int depth = 0;
    std::string error;
};

std::string_view view(const xmlChar* s) {
    return s ? std::string_view{reinterpret_cast<const char*>(s)} : std::string_view{};
}

int line_of(const Session& s) { return s.context->input ? s.context->input->line : 0; }

void on_start(void* user, const xmlChar* local, const xmlChar* prefix, const xmlChar*, int, const xmlChar**, int count,
              int, const xmlChar** list) {
    auto& s = *static_cast<Session*>(user);
    if (++s.depth > kMaxDepth && s.error.empty()) {
        s.error = fmt::format("line {}: elements are nested deeper than {}", line_of(s), kMaxDepth);
        xmlStopParser(s.context);
        return;
    }
    s.attributes.clear();
    for (int i = 0; i < count; ++i) {
        const xmlChar** a = list + static_cast<std::ptrdiff_t>(i) * 5;
        const auto* begin = reinterpret_cast<const char*>(a[3]);
        const auto* end = reinterpret_cast<const char*>(a[4]);
        s.attributes.push_back({view(a[0]), {begin, static_cast<std::size_t>(end - begin)}});
    }
    if (prefix) {
        const std::string full = fmt::format("{}:{}", view(prefix), view(local));
        s.handler->start(full, s.attributes, line_of(s));
        return;
    }
    s.handler->start(view(local), s.attributes, line_of(s));
}

void on_end(void* user, const xmlChar* local, const xmlChar*, const xmlChar*) {
    auto& s = *static_cast<Session*>(user);
    --s.depth;
    s.handler->end(view(local));
}

void on_text(void* user, const xmlChar* text, int size) {
    static_cast<Session*>(user)->handler->text(
        {reinterpret_cast<const char*>(text), static_cast<std::size_t>(size)});
}

void on_comment(void* user, const xmlChar* text) {
    auto& s = *static_cast<Session*>(user);
    s.handler->comment(view(text), line_of(s));
}

void on_error(void* user, xmlErrorPtr error) {
    auto& s = *static_cast<Session*>(user);
    if (!s.error.empty() || error->level < XML_ERR_ERROR) return;
    s.error = fmt::format("line {}: {}", error->line, trim(error->message ? error->message : "not well-formed"));
}

// What libxml2 says to nobody's context, undecodable bytes above all, goes to stderr unless a thread has a handler for it.
// The parse goes on as if nothing were, with what was decoded so far: here it is heard, and makes an error.
class UnaddressedErrors {
  public:
    UnaddressedErrors() : old_handler_{xmlGenericError}, old_user_{xmlGenericErrorContext} {
        xmlSetGenericErrorFunc(&said_, on_piece);
    }
    ~UnaddressedErrors() { xmlSetGenericErrorFunc(old_user_, old_handler_); }
    UnaddressedErrors(const UnaddressedErrors&) = delete;
    UnaddressedErrors& operator=(const UnaddressedErrors&) = delete;
    std::string_view first_line() const { return trim(std::string_view{said_}.substr(0, said_.find('\n'))); }

  private:
    [[gnu::format(printf, 2, 3)]] static void on_piece(void* user, const char* format, ...) {
        std::array<char, 512> text{};
        va_list arguments;
        va_start(arguments, format);
        std::vsnprintf(text.data(), text.size(), format, arguments);
        va_end(arguments);
        *static_cast<std::string*>(user) += text.data();
    }
    xmlGenericErrorFunc old_handler_;
    void* old_user_;
    std::string said_;
};

class TreeBuilder final : public Handler {
  public:
    void start(std::string_view name, const std::vector<AttributeView>& attributes, int line) override {
        flush_text();
        Element e{std::string{name}};
        auto& list = e.edit_attributes();
        list.reserve(attributes.size());
        for (const auto& a : attributes) list.push_back({std::string{a.name}, std::string{a.value}});
        e.set_line(line);
        stack_.push_back(std::move(e));
    }
    void end(std::string_view) override {
        flush_text();
        Element done = std::move(stack_.back());
        stack_.pop_back();
        if (stack_.empty()) {
            root = std::move(done);
        } else {
            stack_.back().add(std::move(done));
        }
    }
    void text(std::string_view t) override { text_ += t; }
    void comment(std::string_view t, int line) override {
        flush_text();
        if (stack_.empty()) return;
        Element c = Element::comment(std::string{t});
        c.set_line(line);
        stack_.back().add(std::move(c));
    }
    Element root;

  private:
    void flush_text() {
        if (!trim(text_).empty() && !stack_.empty()) stack_.back().set_text(stack_.back().text() + text_);
        text_.clear();
    }
    std::vector<Element> stack_;
    std::string text_;
};

xmlSAXHandler callbacks() {
    xmlSAXHandler sax;
    std::memset(&sax, 0, sizeof sax);
    sax.initialized = XML_SAX2_MAGIC;
    sax.startElementNs = on_start;
    sax.endElementNs = on_end;
    sax.characters = on_text;
    sax.cdataBlock = on_text;
    sax.comment = on_comment;
    sax.serror = on_error;
    return sax;
}

void feed(std::string_view bytes, const Session& session) {
    constexpr std::size_t kPiece = 1 << 20;
    for (std::size_t at = 0; at < bytes.size() && session.error.empty(); at += kPiece) {
        const auto piece = bytes.substr(at, kPiece);
        xmlParseChunk(session.context, piece.data(), static_cast<int>(piece.size()), 0);
    }
    if (session.error.empty()) xmlParseChunk(session.context, nullptr, 0, 1);
}

}  // namespace

Result<void> parse(std::string_view bytes, Handler& handler) {
    return can_scan(bytes) ? scan(bytes, handler) : parse_with_libxml2(bytes, handler);
}

Result<void> parse_with_libxml2(std::string_view bytes, Handler& handler) {
    static std::once_flag once;
    std::call_once(once, [] { xmlInitParser(); });
    xmlSAXHandler sax = callbacks();
    Session session;
    session.handler = &handler;
    const UnaddressedErrors unaddressed;
    // A push parser: libxml2 reads the bytes in pieces and keeps no copy of the whole.
    std::unique_ptr<xmlParserCtxt, ContextFree> context{xmlCreatePushParserCtxt(&sax, &session, nullptr, 0, nullptr)};
    if (!context) return fail(ErrorCode::internal, "cannot make an XML parser");
    session.context = context.get();
    xmlCtxtUseOptions(context.get(), XML_PARSE_NONET | XML_PARSE_HUGE | XML_PARSE_NOENT);
    feed(bytes, session);
    if (!session.error.empty()) return fail(session.error);
    if (const auto said = unaddressed.first_line(); !said.empty())
        return fail(fmt::format("line {}: cannot decode the document: {}", line_of(session), said));
    if (!context->wellFormed) return fail("not well-formed XML");
    return {};
}

Result<Element> parse(std::string_view bytes) {
    TreeBuilder builder;
    if (auto done = parse(bytes, builder); !done) return tl::make_unexpected(done.error());
    return std::move(builder.root);
}

}  // namespace muster::xml
