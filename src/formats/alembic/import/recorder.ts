import { LITERALS } from './recorder-literals.ts'

/**
 * A Python program that runs Alembic on an empty database and writes what each revision executes there,
 * parameters as literals, in the form that {@link parseAlembicSql} reads. It needs what the project has
 * anyway: Alembic, SQLAlchemy, a driver.
 */
export const RECORDER = String.raw`"""Records what Alembic runs, on standard output: SQL for pgate import alembic.

    python3 record.py > up.sql                              runs: alembic upgrade heads
    python3 record.py alembic -c x.ini upgrade heads > up.sql
    python3 record.py flask db upgrade > up.sql             any command that runs Alembic in Python

The database must be an empty one that may be thrown away: the migrations are really run there.
"""
import contextlib
import datetime
import decimal
import functools
import re
import runpy
import shutil
import sys
import uuid

from alembic.ddl.impl import DefaultImpl
from alembic.runtime.migration import HeadMaintainer, MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.engine import Engine

out, sys.stdout = sys.stdout, sys.stderr
entries = []  # (kind, text): 'sql', or 'savepoint' with its name
state = {"step": None, "own": 0, "block": 0, "steps": 0, "before": []}


def add(text, kind="sql"):
    entries.append((kind, text))


def failed(why):
    raise SystemExit("record.py: " + why)


# Which statements are a revision's: those between its first line and its version rows.


def recorded(original):
    def revs(self, destination, current):
        steps = original(self, destination, current)
        if any(step.is_upgrade for step in steps) and current:
            failed("the database is at %s: record on an empty one" % (current,))
        return [begun(step) for step in steps]

    return revs


def begun(step):
    run = step.migration_fn

    @functools.wraps(run)
    def migration_fn(*args, **kwargs):
        state["step"] = str(step)
        state["steps"] += 1
        add("-- Running %s\n" % step.short_log, "line")
        return run(*args, **kwargs)

    step.migration_fn = migration_fn
    return step


def version_row(name, text):
    original = getattr(HeadMaintainer, name)

    def method(self, *versions):
        add(text(self.context.version_table, *("'%s'" % version for version in versions)))
        step, state["step"] = state["step"], None
        original(self, *versions)
        state["step"] = step

    setattr(HeadMaintainer, name, method)


def update_to_step(self, step, original=HeadMaintainer.update_to_step):
    original(self, step)
    state["step"] = None


version_row("_insert_version", "INSERT INTO {0} (version_num) VALUES ({1})".format)
version_row("_delete_version", "DELETE FROM {0} WHERE {0}.version_num = {1}".format)
version_row(
    "_update_version", "UPDATE {0} SET version_num={2} WHERE {0}.version_num = {1}".format
)
HeadMaintainer.update_to_step = update_to_step
ScriptDirectory._upgrade_revs = recorded(ScriptDirectory._upgrade_revs)
ScriptDirectory._downgrade_revs = recorded(ScriptDirectory._downgrade_revs)


# What is read (SELECT, SHOW) is none of a revision's work, unless op.execute runs it.


def counted(key, original):
    def method(*args, **kwargs):
        state[key] += 1
        try:
            return original(*args, **kwargs)
        finally:
            state[key] -= 1

    return method


DefaultImpl._exec = counted("own", DefaultImpl._exec)

SKIPPED = r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/|(\$\w*\$).*?\1"
COMMENTS = re.compile(r"^(?:\s|\(|--[^\n]*|/\*.*?\*/)+", re.S)


def only_reads(statement):
    text = COMMENTS.sub("", statement)
    word = re.match(r"\w*", text).group().lower()
    if word in ("select", "show", "values", "table", "explain"):
        return True
    bare = re.sub(SKIPPED, "", text, flags=re.S)
    return word == "with" and not re.search(r"\b(insert|update|delete|merge)\b", bare, re.I)


@event.listens_for(Engine, "before_cursor_execute")
def before_cursor_execute(conn, cursor, statement, parameters, context, executemany):
    if state["step"] is None:
        if not only_reads(statement) and state["steps"] == 0 and "version_num" not in statement:
            state["before"].append(statement)
        return
    name = re.match(r"(SAVEPOINT|ROLLBACK TO SAVEPOINT|RELEASE SAVEPOINT) (\S+)$", statement)
    if name:
        savepoint(name.group(1), name.group(2))
    elif state["own"] > 0 or not only_reads(statement):
        is_many = executemany and not isinstance(parameters, dict)
        for each in parameters if is_many else [parameters]:
            add(rendered(cursor, statement, each))


@event.listens_for(Engine, "handle_error")
def handle_error(context):
    if state["step"] is not None and entries and entries[-1][0] == "sql":
        entries.pop()


def savepoint(act, name):
    if act == "SAVEPOINT":
        add(name, "savepoint")
        return
    at = max(index for index, entry in enumerate(entries) if entry == ("savepoint", name))
    if act == "RELEASE SAVEPOINT":
        del entries[at]
    else:
        del entries[at + 1 :]


@event.listens_for(Engine, "commit")
def commit(conn):
    if state["step"] is not None and state["block"] == 0:
        add("COMMIT")
        add("BEGIN")


@contextlib.contextmanager
def autocommit_block(self, original=MigrationContext.autocommit_block):
    state["block"] += 1
    add("COMMIT")
    try:
        with original(self):
            yield
    finally:
        state["block"] -= 1
    add("BEGIN")


MigrationContext.autocommit_block = autocommit_block


${LITERALS}

# The run, and what came of it.


def write(is_whole):
    lines = ["BEGIN;\n"]
    for kind, text in entries:
        text = text.rstrip().rstrip(";").rstrip() if kind == "sql" else text
        if kind == "sql":
            lines.append(text + ("\n;\n" if "--" in text.splitlines()[-1:][0] else ";\n"))
        elif kind == "line":
            lines.append(text)
    out.write("\n".join(lines + (["COMMIT;\n"] if is_whole else [])))
    out.flush()
    for statement in state["before"]:
        print("record.py: not recorded, run before the first revision: " + statement, file=sys.stderr)
    if is_whole:
        print("record.py: %d revisions recorded" % state["steps"], file=sys.stderr)


def main(words):
    words = words or ["alembic", "upgrade", "heads"]
    sys.argv = words
    sys.path.insert(0, "")
    program = shutil.which(words[0])
    try:
        if words[0] == "alembic":
            runpy.run_module("alembic", run_name="__main__", alter_sys=True)
        elif program is not None:
            runpy.run_path(program, run_name="__main__")
        else:
            failed("%s is not found" % words[0])
        ended = 0
    except SystemExit as end:
        ended = end.code
    except BaseException:
        write(False)
        raise
    if ended in (None, 0) and state["steps"] == 0:
        failed("no revision was run: is the database at its head already?")
    write(ended in (None, 0))
    raise SystemExit(ended)


main(sys.argv[1:])
`
