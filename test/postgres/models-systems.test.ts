import { copyFile, mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, describe, expect } from 'vitest'
import { printedModels } from '../support/alembic/printed-models.ts'
import { runPgateHere } from '../support/cli/call.ts'
import { MAI_MIGRATIONS, type RevisionFolder } from '../support/cli/revision-folder.ts'
import { expectDone, SYSTEMS } from '../support/cli/systems.ts'
import { ROOT } from '../support/docker/image.ts'
import { sized } from '../support/run/long.ts'
import { servers } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const MAI = { name: 'mai', migrations: MAI_MIGRATIONS, extensions: 'vector,uuid-ossp' }
const ALL = [MAI, ...SYSTEMS.map((one) => ({ ...one, extensions: extensionsOf(one.name) }))]

function extensionsOf(name: string): string {
  return name === 'scoping' ? 'uuid-ossp' : ''
}

/** What the later revisions of each do, as a generated one has to do it; all else is in the proof. */
const LATER: Readonly<Record<string, readonly string[]>> = {
  mai: [
    'ALTER TABLE memories ADD COLUMN embedding vector(1536);',
    'CREATE INDEX CONCURRENTLY idx_memories_embedding ON memories USING hnsw',
  ],
  scoping: [
    'ALTER TABLE sessions ADD COLUMN email character varying(255);',
    'ALTER TABLE sessions ALTER COLUMN user_id TYPE character varying(500);',
    'CREATE INDEX CONCURRENTLY idx_sessions_email ON sessions',
  ],
  memory: ['FOREIGN KEY (org_id, superseded_by_id) REFERENCES memory_facts(org_id, id)'],
  agents: [
    'CREATE TABLE session_templates (',
    'ALTER TABLE tasks ALTER COLUMN timeout_seconds TYPE bigint;',
    'FOREIGN KEY (template_id) REFERENCES session_templates(id)',
  ],
  ragchat: ['ALTER TABLE users ADD COLUMN timezone'],
}

const SERVERS = servers({ docker: true, vector: true, since: 17 }).slice(0, 1)

describe.each(SERVERS)('the SQLAlchemy models of the five systems, on $name,', (server) => {
  const it = testOn(server)
  const printed = new Map<string, string>()

  beforeAll(async () => {
    const paths = ALL.map(({ name }) => `examples/${name}/models.py`)
    const texts = await printedModels(ROOT, paths)
    for (const [index, { name }] of ALL.entries()) printed.set(name, texts[index] ?? '')
  })

  describe.each(ALL)('$name,', ({ name, migrations, extensions }) => {
    const generate = async (folder: RevisionFolder, revisions: string, ...args: string[]) => {
      await folder.write('models.sql', printed.get(name) ?? '')
      const to = ['--to', join(folder.path, 'models.sql'), '--shadow-url', server.url]
      return runPgateHere(['revision', '--autogenerate', '-m', 'next', ...to, ...args], {
        env: { PGATE_MIGRATIONS: revisions, PGATE_EXTENSIONS: extensions },
      })
    }

    it('are what its revisions make, and lead there from its first', async ({ folder }) => {
      expectDone(await generate(folder, migrations, '--check'))
      const revisions = join(folder.path, 'first')
      const [first = ''] = (await readdir(migrations)).filter((one) => one.endsWith('.sql')).sort()
      await mkdir(revisions)
      await copyFile(join(migrations, first), join(revisions, first))
      const made = await generate(folder, revisions)
      expectDone(made)
      const text = await readFile(made.stdout.trim(), 'utf8')
      for (const statement of LATER[name] ?? []) expect(text).toContain(statement)
    })

    it.runIf(isWhole(name))('are all in one revision of an empty folder', async ({ folder }) => {
      const revisions = join(folder.path, 'new')
      expectDone(await generate(folder, revisions))
      expectDone(await generate(folder, revisions, '--check'))
    })
  })
})

/** Of the largest, in every run. */
function isWhole(name: string): boolean {
  return sized({ sample: name === 'agents', whole: true })
}
