#include "conformance/reports/matrix.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include "conformance/reports/markup.h"
#include "conformance/reports/page.h"

namespace mapproof {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::array kStates = {PropertyState::holds,     PropertyState::fails,
                                PropertyState::known,     PropertyState::fixed,
                                PropertyState::unreached, PropertyState::unpromised};

std::string_view verdict(const MatrixColumn& column) {
  return !column.ran ? "not run" : column.holds ? "holds" : "fails";
}

const PropertyLine* line_of(const MatrixColumn& column, std::string_view id) {
  const auto found = std::find_if(column.properties.begin(), column.properties.end(),
                                  [id](const PropertyLine& line) { return line.id == id; });
  return !column.ran || found == column.properties.end() ? nullptr : &*found;
}

// Of any map, in the order of the first that has them.
std::vector<const PropertyLine*> rows_of(const std::vector<MatrixColumn>& columns) {
  std::vector<const PropertyLine*> rows;
  for (const MatrixColumn& column : columns) {
    if (!column.ran) continue;
    for (const PropertyLine& line : column.properties) {
      const bool known = std::any_of(rows.begin(), rows.end(),
                                     [&](const PropertyLine* row) { return row->id == line.id; });
      if (!known) rows.push_back(&line);
    }
  }
  return rows;
}

std::size_t count_of(const MatrixColumn& column, PropertyState state) {
  return static_cast<std::size_t>(
      std::count_if(column.properties.begin(), column.properties.end(),
                    [state](const PropertyLine& line) { return line.state == state; }));
}

// Words of `text` in lines of kColumns, all but the first indented.
std::string wrapped(std::string_view first, std::string_view text) {
  std::string out(first);
  std::size_t column = out.size();
  const std::string cleaned = clean(text);
  for (std::string_view rest = cleaned; !rest.empty();) {
    const std::size_t end = std::min(rest.find_first_of(" \n"), rest.size());
    const std::string_view word = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (word.empty()) continue;
    if (column + 1 + word.size() > kColumns && column > 6) {
      out += "\n     ";
      column = 5;
    }
    out.append(" ").append(word);
    column += 1 + word.size();
  }
  return out + "\n";
}

std::string bad_properties(const MatrixColumn& column) {
  std::string text;
  for (const PropertyState state :
       {PropertyState::fails, PropertyState::fixed, PropertyState::known}) {
    std::vector<std::string_view> ids;
    for (const PropertyLine& line : column.properties) {
      if (line.state == state) ids.emplace_back(line.id);
    }
    if (!ids.empty()) {
      text += wrapped(fmt::format("  {} {}:", mark(state), words_for(state)),
                      fmt::format("{}", fmt::join(ids, ", ")));
    }
  }
  return text;
}

std::string legend() {
  std::vector<std::string> parts;
  for (const PropertyState state : kStates) {
    parts.push_back(fmt::format("{} {}", mark(state), words_for(state)));
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

// In a cell of a Markdown table.
std::string in_cell(std::string_view text) {
  std::string out;
  for (const char c : escaped(text)) {
    if (c == '\n' || c == '\t') {
      out += ' ';
    } else {
      if (std::string_view("\\|`*_[]~").find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

constexpr std::string_view kMatrixStyle = R"css(
body { max-width: 76rem }
.grid { width: auto }
.grid td { text-align: center; padding: .2rem .45rem }
.grid thead th { vertical-align: bottom; padding: .4rem .2rem; white-space: nowrap }
.grid thead .up { writing-mode: vertical-rl; transform: rotate(180deg); font-weight: 600; color: var(--ink); text-align: left; margin: 0 auto }
.grid tbody th { white-space: nowrap; padding: .2rem .6rem; font-weight: 400; position: sticky; left: 0; background: var(--ground) }
.grid .area th { background: var(--raised); font-weight: 600 }
.maps td, .maps th { padding: .3rem .6rem }
.s-holds { color: var(--good) }
.s-fails, .s-fixed { color: var(--bad); background: var(--bad-ground); font-weight: 700 }
.s-known, .s-unreached { color: var(--warn) }
.s-unpromised { color: var(--soft) }
@media print { .grid thead .up { transform: none } }
)css";

}  // namespace

std::string matrix_text(const std::vector<MatrixColumn>& columns) {
  std::size_t width = 4;
  std::vector<std::string> ports;
  for (const MatrixColumn& column : columns) {
    ports.push_back(cut(column.port, 40));
    width = std::max(width, ports.back().size());
  }
  std::string text =
      fmt::format("{:<{}}  {:<7}  {:<8}{:>6}{:>7}{:>7}{:>13}{:>14}\n", "port", width, "profile",
                  "verdict", "holds", "fails", "known", "not reached", "not promised");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const MatrixColumn& column = columns[i];
    text +=
        fmt::format("{:<{}}  {:<7}  {:<8}", ports[i], width, name(column.profile), verdict(column));
    if (column.ran) {
      text += fmt::format(
          "{:>6}{:>7}{:>7}{:>13}{:>14}", count_of(column, PropertyState::holds),
          count_of(column, PropertyState::fails) + count_of(column, PropertyState::fixed),
          count_of(column, PropertyState::known), count_of(column, PropertyState::unreached),
          count_of(column, PropertyState::unpromised));
    }
    text.erase(text.find_last_not_of(' ') + 1);
    text += "\n";
    if (!column.ran) {
      if (!column.why_not.empty()) text += wrapped("   ", column.why_not);
    } else {
      text += bad_properties(column);
    }
  }
  return text;
}

namespace {

// One line for what several ports have in common.
std::string known_failures(const std::vector<MatrixColumn>& columns) {
  std::vector<std::pair<std::string, std::vector<std::string>>> notes;  // what, and whose it is
  for (const MatrixColumn& column : columns) {
    for (const PropertyLine& line : column.properties) {
      if (!column.ran || line.state != PropertyState::known) continue;
      const std::string what =
          fmt::format("{}: {}{}", in_cell(line.id), in_cell(line.why),
                      line.link.empty() ? "" : fmt::format(" ({})", in_cell(line.link)));
      auto at = std::find_if(notes.begin(), notes.end(),
                             [&](const auto& note) { return note.first == what; });
      if (at == notes.end()) at = notes.insert(at, {what, {}});
      at->second.push_back(in_cell(column.port));
    }
  }
  std::string text;
  for (const auto& [what, whose] : notes) {
    text += fmt::format("- {}, {}\n", fmt::join(whose, ", "), what);
  }
  return text;
}

}  // namespace

std::string matrix_markdown(const std::vector<MatrixColumn>& columns) {
  std::string text = "| property |";
  std::string rule = "|:--|";
  std::string verdicts = "| **verdict** |";
  std::string profiles = "| profile |";
  for (const MatrixColumn& column : columns) {
    text += fmt::format(" {} |", in_cell(column.port));
    rule += ":-:|";
    profiles += fmt::format(" {} |", name(column.profile));
    verdicts += fmt::format(" **{}** |", verdict(column));
  }
  text += "\n" + rule + "\n" + profiles + "\n" + verdicts + "\n";
  for (const PropertyLine* row : rows_of(columns)) {
    text += fmt::format("| {} |", in_cell(row->id));
    for (const MatrixColumn& column : columns) {
      const PropertyLine* line = line_of(column, row->id);
      text += fmt::format(" {} |", line == nullptr ? std::string(" ") : in_cell(mark(line->state)));
    }
    text += "\n";
  }
  std::string marks = legend();
  marks.replace(marks.find('~'), 1, "\\~");
  text += "\n" + marks + "; an empty cell: not run.\n";
  std::string notes;
  for (const MatrixColumn& column : columns) {
    if (!column.ran && !column.why_not.empty()) {
      notes += fmt::format("- {} was not run: {}\n", in_cell(column.port), in_cell(column.why_not));
    }
  }
  notes += known_failures(columns);
  return notes.empty() ? text : text + "\n" + notes;
}

std::string matrix_html(const std::vector<MatrixColumn>& columns) {
  std::string maps;
  std::string head = "<tr><th scope=\"col\">Property</th>";
  for (const MatrixColumn& column : columns) {
    const PropertyState state = !column.ran    ? PropertyState::unpromised
                                : column.holds ? PropertyState::holds
                                               : PropertyState::fails;
    maps += fmt::format(
        "<tr><th scope=\"row\">{}</th><td>{}</td><td class=\"s-{}\">{} {}</td><td>{}</td></tr>\n",
        escaped(column.port), name(column.profile), name(state), mark(state), verdict(column),
        column.ran ? "" : escaped(column.why_not));
    head += fmt::format("<th scope=\"col\"><div class=\"up\">{}</div></th>", escaped(column.port));
  }
  std::string grid;
  std::string_view area;
  for (const PropertyLine* row : rows_of(columns)) {
    if (area_of(row->id) != area) {
      area = area_of(row->id);
      grid += fmt::format("<tr class=\"area\"><th scope=\"colgroup\" colspan=\"{}\">{}</th></tr>\n",
                          columns.size() + 1, escaped(area));
    }
    grid += fmt::format("<tr><th scope=\"row\" title=\"{}\"><code>{}</code></th>",
                        escaped(row->rule), escaped(row->id));
    for (const MatrixColumn& column : columns) {
      const PropertyLine* line = line_of(column, row->id);
      if (line == nullptr) {
        grid += "<td><span class=\"unseen\">not run</span></td>";
        continue;
      }
      grid += fmt::format(
          "<td class=\"s-{}\"{}><span aria-hidden=\"true\">{}</span><span class=\"unseen\">{}"
          "</span></td>",
          name(line->state),
          line->why.empty() ? "" : fmt::format(" title=\"{}\"", escaped(line->why)),
          mark(line->state), words_for(line->state));
    }
    grid += "</tr>\n";
  }
  const std::string body = fmt::format(
      "<h1>mapproof: maps side by side</h1>\n<main>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Maps\">\n"
      "<table class=\"maps\">\n<thead><tr><th scope=\"col\">Map</th><th scope=\"col\">Profile</th>"
      "<th scope=\"col\">Verdict</th><th "
      "scope=\"col\">Note</th></tr></thead>\n<tbody>\n{}</tbody>\n"
      "</table>\n</div>\n<h2>Properties</h2>\n<p class=\"soft\">{}; an empty cell: not run.</p>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" aria-label=\"Properties by maps\">\n"
      "<table class=\"grid\">\n<thead>{}</tr></thead>\n<tbody>\n{}</tbody>\n</table>\n</div>\n"
      "</main>\n",
      maps, legend(), head, grid);
  return page("mapproof: maps side by side", body, kMatrixStyle);
}

}  // namespace mapproof
