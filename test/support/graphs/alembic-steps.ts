import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInAlembic } from '../alembic/alembic.ts'
import { scriptOf } from '../alembic/files.ts'
import type { TestDatabase, TestServer } from '../servers/servers.ts'
import type { GraphScenario } from './scenarios.ts'

/** How the real Alembic ended one operation, and the version rows that it left. */
export interface AlembicStep {
  /** Its error; null where there was none. */
  readonly error: string | null
  /** Sorted. */
  readonly rows: readonly string[]
}

/** The connection comes from the caller: all operations share one process. */
const ENV = `from alembic import context

context.configure(connection=context.config.attributes["connection"])
with context.begin_transaction():
    context.run_migrations()
`

/**
 * Reads scenarios, works through each in a schema of its own, and writes what came of every
 * operation. Alembic refuses by its CommandError and, where nobody thought of a message, by an
 * assertion; whatever else goes wrong is a fault of the test.
 */
const DRIVER = `import json
import os
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.util import CommandError

COMMANDS = {"upgrade": command.upgrade, "downgrade": command.downgrade}
url = os.environ["ALEMBIC_URL"]


def perform(config, act):
    if act["kind"] == "stamp":
        command.stamp(config, act["targets"], purge=act["purge"])
    else:
        COMMANDS[act["kind"]](config, act["targets"][0])


def rows(engine):
    with engine.connect() as connection:
        if not sqlalchemy.inspect(connection).has_table("alembic_version"):
            return []
        found = connection.execute(sqlalchemy.text("select version_num from alembic_version"))
        return sorted(row[0] for row in found)


def run(name, acts):
    path = {"options": "-csearch_path=" + name}
    engine = sqlalchemy.create_engine(url, connect_args=path)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create schema " + name))
    config = Config()
    config.set_main_option("script_location", "/project")
    config.set_main_option("version_locations", "/project/" + name)
    for act in acts:
        error = None
        try:
            with engine.connect() as connection:
                config.attributes["connection"] = connection
                perform(config, act)
        except (CommandError, AssertionError) as refusal:
            error = repr(refusal)
        yield {"error": error, "rows": rows(engine)}
    engine.dispose()


with open("/project/acts.json") as file:
    scenarios = json.load(file)
print(json.dumps([list(run(each["name"], each["acts"])) for each in scenarios]))
`

/**
 * Has the real Alembic do what the scenarios say, all of them in one process of one container, on
 * an empty database of the server. The steps of each scenario, in order.
 */
export async function alembicSteps(
  on: { readonly server: TestServer; readonly database: TestDatabase },
  scenarios: readonly GraphScenario[],
): Promise<readonly (readonly AlembicStep[])[]> {
  const path = await mkdtemp(join(tmpdir(), 'pgate-graphs-'))
  try {
    for (const scenario of scenarios) await writeRevisions(path, scenario)
    await writeFile(join(path, 'env.py'), ENV)
    await writeFile(join(path, 'driver.py'), DRIVER)
    await writeFile(join(path, 'acts.json'), JSON.stringify(scenarios.map(actsOf)))
    const database = { server: on.server, url: on.database.url }
    const said = await runInAlembic({ path }, ['python3', 'driver.py'], database)
    if (said.exitCode !== 0) throw new Error(`${said.stdout}${said.stderr}`)
    return parseSteps(said.stdout)
  } finally {
    await rm(path, { recursive: true, force: true })
  }
}

async function writeRevisions(path: string, scenario: GraphScenario): Promise<void> {
  const folder = join(path, nameOf(scenario))
  await mkdir(folder)
  for (const { id, ...links } of scenario.links) {
    await writeFile(
      join(folder, `${id}.py`),
      scriptOf({ id, ...links, message: `message of ${id}` }),
    )
  }
}

function actsOf(scenario: GraphScenario) {
  return { name: nameOf(scenario), acts: scenario.steps.map(({ act }) => act) }
}

function nameOf({ number }: GraphScenario): string {
  return `graph_${number}`
}

function parseSteps(text: string): readonly (readonly AlembicStep[])[] {
  return JSON.parse(text) as readonly (readonly AlembicStep[])[]
}
