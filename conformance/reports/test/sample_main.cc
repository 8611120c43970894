// Writes sample reports in all forms into a folder, for a look and for browser_test.py.

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <string>

#include "conformance/reports/badge.h"
#include "conformance/reports/html.h"
#include "conformance/reports/json.h"
#include "conformance/reports/junit.h"
#include "conformance/reports/matrix.h"
#include "conformance/reports/test/sample_report.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: report_samples FOLDER\n");
    return 2;
  }
  const std::filesystem::path folder = argv[1];
  std::filesystem::create_directories(folder);
  const auto write = [&folder](const std::string& name, const std::string& text) {
    std::ofstream(folder / name) << text;
  };
  const auto write_report = [&write](const std::string& name, const mapproof::Report& report) {
    write(name + ".html", mapproof::html(report));
    write(name + ".xml", mapproof::junit_xml(report));
    write(name + ".svg", mapproof::badge(report));
    write(name + ".json", mapproof::report_json(report).dump(2) + "\n");
  };
  write_report("fails", mapproof::failing_report());
  write_report("holds", mapproof::holding_report());
  write_report("hostile", mapproof::hostile_report());
  const auto columns = mapproof::sample_matrix();
  write("matrix.txt", mapproof::matrix_text(columns));
  write("matrix.md", mapproof::matrix_markdown(columns));
  write("matrix.html", mapproof::matrix_html(columns));
  return 0;
}
