#include "conformance/reports/html.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <vector>

#include "conformance/drawing.h"
#include "conformance/reports/bucket_svg.h"
#include "conformance/reports/markup.h"
#include "conformance/reports/page.h"
#include "oracle/text.h"

namespace mapproof {
namespace {

constexpr std::size_t kPictures = 6;        // of a failure, the last ones
constexpr std::size_t kFirstSteps = 40;     // of a long story...
constexpr std::size_t kLastSteps = 200;     // ... what is told
constexpr std::size_t kLongDrawing = 8000;  // characters; drawings as text above this are left out

constexpr std::string_view kReportStyle = R"css(
.verdict { border: 1px solid var(--edge); border-left: .4rem solid; border-radius: 6px; padding: .8rem 1rem; margin: 0 0 1rem }
.verdict.good { background: var(--good-ground) }
.verdict.bad { background: var(--bad-ground) }
.verdict strong { font-size: 1.25rem; display: block; line-height: 1.3 }
.verdict span { color: var(--ink) }
.counts { list-style: none; margin: 0 0 1rem; padding: 0; display: flex; flex-wrap: wrap; gap: .4rem }
.counts li { border: 1px solid var(--edge); border-radius: 1rem; padding: .1rem .7rem; font-size: .9rem; background: var(--raised) }
.facts { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .25rem 1.25rem; margin: 0 }
.facts dt { color: var(--soft) }
.facts dd { margin: 0 }
.facts ul { margin: 0; padding: 0; list-style: none }
.failure { border: 1px solid var(--edge); border-radius: 8px; padding: 1rem; margin: 0 0 1.25rem }
.failure.counts-not { border-style: dashed }
.versus { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem 1rem; margin: .75rem 0;
  padding: .6rem .75rem; background: var(--raised); border-radius: 6px }
.versus dt { font-weight: 600 }
.versus dd { margin: 0 }
.steps { margin: .4rem 0; padding: 0; list-style: none; border: 1px solid var(--edge); border-radius: 6px }
.steps > li { padding: .3rem .75rem; border-top: 1px solid var(--edge) }
.steps > li:first-child { border-top: 0 }
.step { display: grid; grid-template-columns: 2.25rem minmax(0, 14rem) minmax(0, 1fr); gap: 0 .75rem }
.number { color: var(--soft); text-align: right; font-size: .85rem; line-height: 1.7 }
.steps > li.breaks { background: var(--bad-ground); box-shadow: inset .3rem 0 var(--bad) }
.steps > li.breaks .here { display: block; grid-column: 2 / -1; color: var(--bad); font-weight: 600 }
figure { margin: .5rem 0 .6rem; padding: .5rem; background: var(--ground); border: 1px solid var(--edge); border-radius: 6px }
figcaption { font-size: .85rem; color: var(--soft) }
figure summary { font-size: .85rem; color: var(--soft); cursor: pointer }
figure pre { white-space: pre; overflow-x: auto; font-size: .75rem }
.key { display: flex; flex-wrap: wrap; gap: .2rem 1.1rem; margin: .3rem 0 .6rem; padding: 0; list-style: none; font-size: .85rem; color: var(--soft) }
.state { white-space: nowrap; font-weight: 600 }
.properties th[scope=rowgroup] { background: var(--raised); font-size: .95rem }
.properties th[scope=row] { font-weight: 400 }
.properties tr[id] { scroll-margin-top: 1rem }
.properties .id { font-weight: 600 }
.properties td:last-child { width: 30% }
.s-holds .state { color: var(--good) }
.s-fails .state, .s-fixed .state { color: var(--bad) }
.s-known .state, .s-unreached .state { color: var(--warn) }
.s-unpromised .state { color: var(--soft) }
.s-fails, .s-fixed { background: var(--bad-ground) }
@media (max-width: 40rem) {
  .properties thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%) }
  .properties, .properties tbody, .properties tr, .properties th, .properties td { display: block; width: auto; border: 0 }
  .properties tr { border-bottom: 1px solid var(--edge); padding: .5rem 0 }
  .properties tr th, .properties tr td, .properties td:last-child { padding: 0 .6rem; width: auto }
  .properties th[scope=rowgroup] { padding: .2rem .6rem }
  .failure { padding: .75rem }
  .step { grid-template-columns: 1.5rem minmax(0, 1fr); gap: 0 .6rem }
  .step .answer { grid-column: 2 }
  .facts, .versus { grid-template-columns: minmax(0, 1fr); gap: 0 }
  .facts dd, .versus dd { margin: 0 0 .45rem }
}
@media print { .verdict, .failure, .steps, .steps > li.breaks { background: none } figure details { display: none } }
)css";

std::size_t count_of(const Report& report, PropertyState state) {
  return static_cast<std::size_t>(
      std::count_if(report.properties.begin(), report.properties.end(),
                    [state](const PropertyLine& line) { return line.state == state; }));
}

std::string plural(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

// ---- the head ----

std::string headline(const Report& report) {
  const std::size_t bad =
      count_of(report, PropertyState::fails) + count_of(report, PropertyState::fixed);
  std::string what;
  std::string more;
  if (report.holds) {
    what = "✓ Holds";
    more = "Nothing that was run broke a property that the map promises.";
    if (count_of(report, PropertyState::known) != 0) {
      more = "Nothing that was run broke a promised property in a way that is not known.";
    }
  } else if (report.runs == 0 && bad == 0) {
    what = "✗ Nothing was run";
    more = "A check that ran nothing has shown nothing.";
  } else {
    what = "✗ Fails";
    if (bad != 0) what += ": " + plural(bad, "property", "properties");
    more =
        fmt::format("{} of {} broke one.", report.failing_runs, plural(report.runs, "run", "runs"));
    if (report.stopped) more += " Stopped at a failure that may hide what comes next.";
  }
  return fmt::format("<p class=\"verdict {}\"><strong>{}</strong><span>{}</span></p>\n",
                     report.holds ? "good" : "bad", what, more);
}

std::string counts(const Report& report) {
  constexpr std::array kOrder = {PropertyState::fails,     PropertyState::fixed,
                                 PropertyState::known,     PropertyState::holds,
                                 PropertyState::unreached, PropertyState::unpromised};
  std::string items;
  for (const PropertyState state : kOrder) {
    if (const std::size_t n = count_of(report, state); n != 0) {
      items += fmt::format("<li class=\"s-{}\"><span class=\"state\">{}</span> {} {}</li>\n",
                           name(state), mark(state), n, words_for(state));
    }
  }
  return items.empty()
             ? ""
             : "<ul class=\"counts\" aria-label=\"Properties by state\">\n" + items + "</ul>\n";
}

std::string fact(std::string_view what, std::string_view markup) {
  return markup.empty() ? "" : fmt::format("<dt>{}</dt><dd>{}</dd>\n", what, markup);
}

std::string list_of(const std::map<std::string, std::uint64_t>& words) {
  std::string items;
  for (const auto& [word, count] : words) {
    items += fmt::format("<li>{} × {}</li>", count, escaped(word));
  }
  return items.empty() ? "" : "<ul>" + items + "</ul>";
}

std::string facts(const Report& report) {
  const PortInfo& info = report.info;
  std::vector<std::string> uncontrolled;
  if (!info.forces_hashes) uncontrolled.emplace_back("hashes");
  if (!info.forces_starts) uncontrolled.emplace_back("starts of walks");
  return "<section aria-labelledby=\"facts\">\n<h2 id=\"facts\">What was run</h2>\n"
         "<dl class=\"facts\">\n" +
         fact("Map", escaped(report.port)) + fact("Profile", name(info.profile)) +
         fact("Stage", escaped(report.stage)) +
         fact("Programs", fmt::format("{} of the corpus, {} random (seed {} on)", report.corpus,
                                      report.generated, report.seed)) +
         fact("Runs", fmt::format("{} with {}", report.runs,
                                  plural(report.operations, "operation", "operations"))) +
         fact("Kinds",
              fmt::format("{} of {} pairs of key and elem kinds", report.kinds, report.all_kinds)) +
         fact("Not controlled", fmt::format("{}", fmt::join(uncontrolled, ", "))) +
         fact("Layout", info.lays_out_buckets ? "tested" : "not tested: the map shows no buckets") +
         fact("Skipped", list_of(report.skipped)) +
         fact("Known findings", list_of(report.findings)) +
         fact("mapproof", escaped(report.version)) + "</dl>\n</section>\n";
}

// ---- failures ----

std::string picture(const StoryStep& step, std::size_t op, KeyKind kind) {
  const std::string title = fmt::format("Buckets after step {}, {}", op, step.text);
  std::string text = draw(*step.picture, kind);
  if (text.size() > kLongDrawing) {
    text.clear();
  } else {
    text = fmt::format("<details><summary>As text</summary><pre tabindex=\"0\">{}</pre></details>",
                       escaped(text));
  }
  return fmt::format(
      "<figure><figcaption>Buckets after this step</figcaption>\n"
      "<div class=\"scroll\" tabindex=\"0\" role=\"group\" "
      "aria-label=\"{}\">\n{}</div>{}</figure>\n",
      escaped(title), bucket_svg(*step.picture, kind, step.walks, title), text);
}

std::string step(const ReportFailure& failure, std::size_t op, bool with_picture) {
  const StoryStep& one = failure.story[op];
  std::string item =
      fmt::format("<li{}><div class=\"step\"><span class=\"number\">{}</span><code>{}</code>",
                  one.breaks ? " class=\"breaks\"" : "", op, escaped(one.text));
  if (!one.answer.empty()) {
    item +=
        fmt::format("<span class=\"answer\"><span class=\"soft\">→ </span><code>{}</code></span>",
                    escaped(one.answer));
  }
  if (one.breaks) {
    item +=
        fmt::format("<span class=\"here\">✗ breaks {}</span>", escaped(failure.verdict.property));
  }
  item += "</div>\n";
  if (with_picture) item += picture(one, op, failure.small.spec.key);
  return item + "</li>\n";
}

constexpr std::string_view kKey =
    "<ul class=\"key\" aria-label=\"How to read the buckets\">"
    "<li><b>rest</b>: empty, as is all behind it</li><li><b>one</b>: empty</li>"
    "<li><b>2a</b>: tophash of an entry</li><li><b>X</b>, <b>Y</b>: moved to the lower, upper "
    "half</li>"
    "<li><b>evacEmpty</b>: was empty when the bucket was moved</li><li><b>17:3</b>: key 17, stamp "
    "3</li>"
    "<li>a disc with a letter: where that walk stands</li></ul>\n";

std::string story(const ReportFailure& failure) {
  const auto& steps = failure.story;
  if (steps.empty()) return "";
  // The pictures that are shown begin here.
  std::size_t first_picture = steps.size();
  for (std::size_t shown = 0; first_picture > 0 && shown < kPictures;) {
    if (steps[--first_picture].picture) ++shown;
  }
  const bool any = std::any_of(steps.begin(), steps.end(),
                               [](const StoryStep& one) { return one.picture.has_value(); });
  Program header;
  header.spec = failure.small.spec;
  std::string markup = fmt::format("<h4>Step by step</h4>\n<pre>{}</pre>\n{}<ol class=\"steps\">\n",
                                   escaped(print(header)), any ? kKey : "");
  const bool is_long = steps.size() > kFirstSteps + kLastSteps + 1;
  for (std::size_t op = 0; op < steps.size(); ++op) {
    if (is_long && op == kFirstSteps) {
      const std::size_t end = steps.size() - kLastSteps;
      markup += fmt::format("<li class=\"soft\">{} more steps</li>\n", end - op);
      op = end;
    }
    markup += step(failure, op, op >= first_picture && steps[op].picture.has_value());
  }
  return markup + "</ol>\n";
}

std::string failure(const ReportFailure& one, std::size_t number) {
  const bool counts = one.known.empty();
  const auto paragraph = [](std::string_view label, std::string_view text) {
    return text.empty() ? "" : fmt::format("<p><b>{}</b> {}</p>\n", label, escaped(text));
  };
  std::string where = fmt::format("Operation {}", one.verdict.op);
  if (one.verdict.step != 0) where += fmt::format(", step {} of it", one.verdict.step);
  std::string text = fmt::format(
      "<section class=\"failure{}\" id=\"failure-{}\" aria-labelledby=\"failure-{}-title\">\n"
      "<h3 id=\"failure-{}-title\"><span class=\"{}\">{} {}</span> <code>{}</code></h3>\n"
      "<p>{} <span class=\"soft\">({})</span></p>\n"
      "<dl class=\"versus\"><dt>Where</dt><dd>{}</dd><dt>Expected</dt><dd>{}</dd>"
      "<dt>Got</dt><dd class=\"{}\">{}</dd></dl>\n",
      counts ? "" : " counts-not", number, number, number, counts ? "bad" : "warn",
      mark(counts ? PropertyState::fails : PropertyState::known),
      counts ? "fails" : "known failure", escaped(one.verdict.property), escaped(one.rule),
      escaped(one.source), where, escaped(one.verdict.expected), counts ? "bad" : "warn",
      escaped(one.verdict.got));
  text += paragraph("Does not count:", one.known) + paragraph("Found by:", one.found) +
          paragraph("What to do:", one.advice) + paragraph("Fails", one.alone ? "" : kNotAlone);
  if (!one.command.empty()) {
    text += fmt::format("<h4>Repeat</h4>\n<pre>{}</pre>\n", escaped(one.command));
  }
  text += story(one);
  text += fmt::format(
      "<details><summary>The program as a file{}</summary><pre>{}</pre></details>\n</section>\n",
      one.file.empty() ? "" : " (" + escaped(one.file) + ")", escaped(print(one.small)));
  return text;
}

std::string failures(const Report& report) {
  if (report.failures.empty()) return "";
  std::string text = "<section aria-labelledby=\"failures\">\n<h2 id=\"failures\">Failures</h2>\n";
  for (std::size_t i = 0; i < report.failures.size(); ++i) {
    text += failure(report.failures[i], i + 1);
  }
  return text + "</section>\n";
}

// ---- properties ----

std::string reason(const PropertyLine& line) {
  std::string text = escaped(line.why);
  const bool web = line.link.rfind("https://", 0) == 0 || line.link.rfind("http://", 0) == 0;
  if (web) {
    text += fmt::format(" (<a href=\"{0}\">{0}</a>)", escaped(line.link));
  } else if (!line.link.empty()) {
    text += fmt::format(" ({})", escaped(line.link));
  }
  return text.empty() ? "" : fmt::format("<div class=\"small soft\">{}</div>", text);
}

std::string failing(const Report& report, const PropertyLine& line) {
  std::string text = line.failures == 0 ? ""
                                        : fmt::format("<div class=\"small\">broken in {}</div>",
                                                      plural(line.failures, "run", "runs"));
  for (std::size_t i = 0; i < report.failures.size(); ++i) {
    if (report.failures[i].verdict.property != line.id) continue;
    text +=
        fmt::format("<div class=\"small\"><a href=\"#failure-{}\">how it fails</a></div>", i + 1);
    break;
  }
  return text;
}

std::string properties(const Report& report) {
  if (report.properties.empty()) return "";
  std::string text =
      "<section aria-labelledby=\"properties\">\n<h2 id=\"properties\">Properties</h2>\n"
      "<table class=\"properties\">\n<thead><tr><th scope=\"col\">State</th>"
      "<th scope=\"col\">Property</th><th scope=\"col\">Source</th></tr></thead>\n";
  std::vector<std::string_view> areas;
  for (const PropertyLine& line : report.properties) {
    const std::string_view area = area_of(line.id);
    if (std::find(areas.begin(), areas.end(), area) == areas.end()) areas.push_back(area);
  }
  for (const std::string_view area : areas) {
    text += fmt::format("<tbody>\n<tr><th scope=\"rowgroup\" colspan=\"3\">{}</th></tr>\n",
                        escaped(area));
    for (const PropertyLine& line : report.properties) {
      if (area_of(line.id) != area) continue;
      text += fmt::format(
          "<tr class=\"s-{}\"><td class=\"state\">{} {}</td><th scope=\"row\">"
          "<code class=\"id\">{}</code><div>{}</div>{}{}</th><td class=\"small "
          "soft\">{}</td></tr>\n",
          name(line.state), mark(line.state), words_for(line.state), escaped(line.id),
          escaped(line.rule), reason(line), failing(report, line), escaped(line.source));
    }
    text += "</tbody>\n";
  }
  return text + "</table>\n</section>\n";
}

}  // namespace

std::string html(const Report& report) {
  const std::string title = "mapproof: " + report.port;
  const std::string body =
      fmt::format("<header>\n<h1>mapproof: {}</h1>\n{}{}</header>\n<main>\n{}{}{}</main>\n",
                  escaped(report.port), headline(report), counts(report), failures(report),
                  properties(report), facts(report));
  return page(title, body, std::string(kReportStyle) + std::string(bucket_svg_style()));
}

}  // namespace mapproof
