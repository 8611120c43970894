"""What was found, as tables in Markdown and lines of text."""

import math

import figures


def killed(outcome):
    return outcome is not None and outcome[0] in ("caught", "hangs")


def words(outcome):
    if outcome is None:
        return "-"
    verdict, what, spent = outcome[:3]
    if verdict == "caught":
        return f"{what}, {spent} s"
    return f"{verdict}, {spent} s" if verdict == "hangs" else verdict


def of_rows(head, rows):
    lines = ["| " + " | ".join(head) + " |", "|---" * len(head) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


def matrix(mutants, results, layers):
    return of_rows(["mutant", "function", "promise", *layers],
                 [[m.name, m.head("Function"), m.head("Promise"),
                   *(words(results[m.name]["layers"].get(layer)) for layer in layers)]
                  for m in mutants])


def seconds(number):
    if number is None:
        return "-"
    return "never" if math.isinf(number) else f"{number:.2f} s"


def span(interval):
    if interval is None:
        return "-"
    low, high, confidence = interval
    return f"{seconds(low)} to {seconds(high)} ({100 * confidence:.0f} %)"


def counts(counter):
    return ", ".join(what if n == 1 and len(counter) == 1 else f"{what} {n}"
                     for what, n in counter.most_common())


def of_trials(mutants, results):
    """A line for each mutant that was fuzzed."""
    rows = []
    for mutant in mutants:
        trials = results[mutant.name].get("trials", [])
        if not trials:
            continue
        one = figures.of_one_mutant(trials)
        rows.append([mutant.name, mutant.head("Function"), f"{one['killed']}/{one['trials']}",
                     seconds(one["median"]),
                     span(one["interval"]) if one["trials"] > 1 else "-",
                     counts(one["targets"]), counts(one["properties"])])
    return of_rows(["mutant", "function", "killed", "median", "interval", "by", "what"], rows)


def sum_of_trials(mutants, results):
    total = figures.of_all({m.name: results[m.name].get("trials", []) for m in mutants})
    return (f"fuzz: {total['killed_once']} of {total['mutants']} mutants killed, "
            f"{total['killed_in_four_of_five']} in at least four trials of five; "
            f"{total['trials_killed']} of {total['trials']} trials\n"
            f"median time to kill {seconds(total['median'])}, {span(total['interval'])}; "
            f"by {counts(total['targets'])}")
