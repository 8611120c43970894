#include "conformance/reports/page.h"

#include <array>
#include <cstddef>

#include "conformance/reports/markup.h"

namespace mapproof {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --ground: #fff; --ink: #1f2328; --soft: #59636e; --edge: #d1d9e0;
  --raised: #f6f8fa; --good: #1a7f37; --good-ground: #e9f7ed; --bad: #b42318; --bad-ground: #fdeeec;
  --warn: #8a5a00; --warn-ground: #fff6dd; --link: #0b5cad }
@media (prefers-color-scheme: dark) { :root { --ground: #0d1117; --ink: #e6edf3; --soft: #9aa4af;
  --edge: #30363d; --raised: #161b22; --good: #56d364; --good-ground: #10291a; --bad: #ff8a80;
  --bad-ground: #33161a; --warn: #e3b341; --warn-ground: #2d2410; --link: #6cb6ff } }
* { box-sizing: border-box }
html { -webkit-text-size-adjust: 100% }
body { margin: 0 auto; padding: 1.5rem 1rem 3rem; max-width: 60rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0 0 .75rem }
h2 { font-size: 1.25rem; margin: 2.25rem 0 .75rem }
h3 { font-size: 1.05rem; margin: 0 0 .5rem }
h4 { font-size: .95rem; margin: 1.25rem 0 .4rem }
p { margin: .4rem 0 }
a { color: var(--link) }
a:focus-visible, [tabindex]:focus-visible, summary:focus-visible { outline: 2px solid var(--link); outline-offset: 2px }
code, pre { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: .875em }
pre { margin: .4rem 0; padding: .6rem .75rem; background: var(--raised); border: 1px solid var(--edge);
  border-radius: 6px; white-space: pre-wrap }
.soft { color: var(--soft) }
.small { font-size: .875rem }
.good { color: var(--good) }
.bad { color: var(--bad) }
.warn { color: var(--warn) }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
.scroll { overflow-x: auto; max-width: 100%; position: relative }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .45rem .6rem; border-bottom: 1px solid var(--edge) }
thead th { font-size: .875rem; color: var(--soft) }
@media print { :root { --ground: #fff; --ink: #000; --soft: #444; --edge: #bbb; --raised: #fff;
    --good: #14652b; --good-ground: #fff; --bad: #9b1c12; --bad-ground: #fff; --warn: #6d4700;
    --warn-ground: #fff; --link: #000; color-scheme: light }
  body { max-width: none; padding: 0; font-size: 10pt }
  h2, h3, h4 { break-after: avoid } tr, figure { break-inside: avoid }
  .scroll { overflow: visible } .scroll svg { max-width: 100%; height: auto } }
)css";

}  // namespace

std::string page(std::string_view title, std::string_view body, std::string_view more_style) {
  std::string text =
      "<!DOCTYPE html>\n<html xmlns=\"http://www.w3.org/1999/xhtml\" lang=\"en\">\n<head>\n"
      "<meta charset=\"utf-8\"/>\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n<title>";
  text += escaped(title);
  text += "</title>\n<style>";
  text += kStyle;
  text += more_style;
  text += "</style>\n</head>\n<body>\n";
  text += body;
  return text + "</body>\n</html>\n";
}

std::string_view mark(PropertyState state) {
  constexpr std::array<std::string_view, 6> kMarks = {"✓", "✗", "~", "+", "?", "·"};
  return kMarks[static_cast<std::size_t>(state)];
}

std::string_view words_for(PropertyState state) {
  constexpr std::array<std::string_view, 6> kWords = {
      "holds", "fails", "known failure", "holds, listed as known", "not reached", "not promised"};
  return kWords[static_cast<std::size_t>(state)];
}

}  // namespace mapproof
