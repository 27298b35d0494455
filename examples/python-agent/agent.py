"""An agent that works through Remit: it plans a script, runs it, reads what was denied, adapts, and reports.

Usage: agent.py SOCKET TOKEN-FILE DIRECTORY

Counts the errors in the logs of DIRECTORY/logs and saves a report. `plan` is its model, by rules, so that it runs as it
is; a language model takes its place as any function of the same type. `work` holds whatever the model says to the rules
of Remit: nothing that was denied is tried again unchanged, nothing goes on after the kill switch, and it ends.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Sequence, Union

from remit import Problem, Remit

MOST_STEPS = 8

COUNT = r"""
let report = "";
for entry in ls(`${directory}/logs`).values() {
    if !entry.name.ends_with(".log") { continue; }
    report += `${entry.name}: ${grep("ERROR", `${directory}/logs/${entry.name}`).len()} errors` + "\n";
}
"""
SAVE = COUNT + 'write([write::replace], `${directory}/report.txt`, report); "saved"'
SHOW = COUNT + "report"


@dataclass(frozen=True)
class Script:
    """A script that the model wants to be run."""

    text: str
    dry_run: bool = False


@dataclass(frozen=True)
class End:
    """The model wants nothing more: it is done, or gives up, and says so to its user."""

    done: bool
    report: str


@dataclass(frozen=True)
class Step:
    """A script, and the run that came of it."""

    script: Script
    run: dict[str, Any]

    @property
    def denials(self) -> list[dict[str, Any]]:
        return self.run["denials"]

    @property
    def refused(self) -> list[dict[str, Any]]:
        """Denials of the policy or the owner: a dry run refuses also what the policy allows."""
        return [denial for denial in self.denials if denial["reason"] != "dry_run"]


Model = Callable[[Sequence[Step]], Union[Script, End]]


def plan(steps: Sequence[Step]) -> Union[Script, End]:
    """By rules: look with a dry run, then save; show the report where saving is denied; give up where reading is."""
    if not steps:
        return Script(SAVE, dry_run=True)
    last = steps[-1]
    if not last.refused:
        if last.script.dry_run:
            return Script(SAVE)
        if last.run["state"] == "succeeded":
            missed = "".join(f"\n{explained(denial)}" for step in steps for denial in step.refused)
            return End(True, last.run["output"].strip() + missed)
        return End(False, f"the script failed: {last.run['error']['message']}")
    # Saving is no end in itself: the report may also be shown. Another way to save it is not looked for.
    if last.script.text == SAVE and all(is_of_saving(denial) for denial in last.refused):
        return Script(SHOW)
    return End(False, "\n".join(explained(denial) for denial in last.refused))


def is_of_saving(denial: dict[str, Any]) -> bool:
    return denial["resource"]["id"].endswith("/report.txt")


WHAT_TO_DO = {
    "forbidden": "the owner forbids it on purpose",
    "not_permitted": "ask the owner of the host for a permit, if it is needed",
    "check_failed": "the policy could not be asked: are the names right?",
    "approval_denied": "the owner said no",
    "approval_timed_out": "nobody approved it in time: ask the owner to, then run again",
}


def explained(denial: dict[str, Any]) -> str:
    resource = denial["resource"]
    by = f" by {', '.join(denial['policies'])}" if denial["policies"] else ""
    what = f"{denial['action']} on {resource['type']}::\"{resource['id']}\""
    return f"not done: {what} ({denial['reason']}{by}): {WHAT_TO_DO[denial['reason']]}"


def work(remit: Remit, model: Model, arguments: dict[str, Any]) -> End:
    steps: list[Step] = []
    for _ in range(MOST_STEPS):
        move = model(steps)
        if isinstance(move, End):
            return move
        if any(step.script.text == move.text and step.refused for step in steps):
            return End(False, "given up: the model wanted again, unchanged, what had been denied")
        try:
            steps.append(Step(move, remit.run(move.text, arguments, move.dry_run)))
        except Problem as problem:
            # Of what may be tried again the client has tried it. "killed": the owner has stopped everything.
            return End(False, f"stopped ({problem.code}): {problem}")
        if steps[-1].run["state"] == "killed":
            return End(False, "stopped (killed): the owner has stopped everything")
    return End(False, f"given up after {MOST_STEPS} steps")


def main() -> int:
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        return 2
    socket_path, token_file, directory = sys.argv[1:]
    remit = Remit(socket_path, Path(token_file).read_text().strip())
    end = work(remit, plan, {"directory": {"stringValue": directory}})
    print(end.report)
    return 0 if end.done else 1


if __name__ == "__main__":
    sys.exit(main())
