"""Runs Alembic and scripts of Python, each in a process forked from this one, which has imported
what they import: a call costs a fork in place of a container and a start of Python.

Reads calls from standard input, a JSON object a line; answers each with a line; ends with its input.
"""
import json
import os
import runpy
import shutil
import sys
import traceback

import alembic.command
import alembic.config
import alembic.script
import psycopg2
import sqlalchemy.dialects.postgresql.psycopg2

def run(argv):
    program, *rest = argv
    if program == "alembic":
        sys.argv = argv
        alembic.config.main()
    elif program == "python3" and rest[0].endswith(".py"):
        sys.argv = rest
        sys.path[0] = os.path.dirname(os.path.abspath(rest[0]))
        runpy.run_path(rest[0], run_name="__main__")
    else:
        os.execvp(program, argv)


def child(call, out, err):
    os.dup2(out, 1)
    os.dup2(err, 2)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.environ["ALEMBIC_URL"] = call["url"]
    os.chdir("/project")
    try:
        run(call["argv"])
    except SystemExit as end:
        return exit_code(end.code)
    except BaseException:
        traceback.print_exc()
        return 1
    return 0


def exit_code(code):
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def text_of(descriptor):
    with os.fdopen(descriptor, "rb") as file:
        file.seek(0)
        return file.read().decode()


def answer(call):
    shutil.rmtree("/project", ignore_errors=True)
    shutil.copytree(call["path"], "/project")
    out, err = os.memfd_create("out"), os.memfd_create("err")
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            code = child(call, out, err)
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)
    _, status = os.waitpid(pid, 0)
    return {
        "exitCode": os.waitstatus_to_exitcode(status),
        "stdout": text_of(out),
        "stderr": text_of(err),
    }


for line in sys.stdin:
    print(json.dumps(answer(json.loads(line))), flush=True)
