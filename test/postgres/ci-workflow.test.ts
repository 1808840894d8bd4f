import { cp, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../support/docker/image.ts'
import { type PageStep, runPage, stepsOf } from '../support/docs/page.ts'
import { share } from '../support/run/long.ts'
import { anyServer } from '../support/servers/servers.ts'

const WANTED = `cat > schema.sql <<'SQL'
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    name text
);
CREATE INDEX users_name ON users (name);
SQL
`

/** Deployed long ago: what lint would say of it helps nobody any more. */
const DEPLOYED = `cat > migrations/003.sql <<'SQL'
-- revision: 003
-- revises: 002
-- pgate: upgrade
CREATE INDEX users_name ON users (name);
-- pgate: downgrade
DROP INDEX users_name;
SQL
`

const COMMIT = `git init --quiet --initial-branch main && git add . && git remote add origin .
git -c user.name=a -c user.email=a@b.c commit --quiet --message before
`

/** Makes the project of docs/first-steps.md and one more revision, as a branch of it is opened. */
async function makeProject(into: string): Promise<void> {
  const made = (await stepsOf('first-steps.md')).filter(({ commands }) =>
    /migrations\/|pgate revision/.test(commands),
  )
  const kept = step(`${DEPLOYED}${WANTED}pgate manifest\n${COMMIT}\ncp -a . '${into}'`)
  await runPage([...made, kept], { env: { PGATE_EXTENSIONS: '' } })
}

function step(commands: string): PageStep {
  return { commands, prints: undefined }
}

const WORKFLOW = parse(await readFile(join(ROOT, 'deploy/ci/github-actions.yml'), 'utf8'))

/** The commands of a job of the workflow, but for the installation. */
async function commandsOf(job: string): Promise<readonly PageStep[]> {
  const steps: readonly { readonly run?: string }[] = WORKFLOW.jobs[job].steps
  return steps.flatMap(({ run = 'npm ci' }) =>
    run === 'npm ci' ? [] : [step(run.replaceAll('npx ', ''))],
  )
}

/** Each is found by another of the four commands, and ends the job with its code. */
const DAMAGES = [
  [
    'a column that no revision makes',
    `sed -i 's/name text/name text, age integer/' schema.sql`,
    60,
  ],
  ['a manifest of before', `sed -i 's/name text/name varchar(90)/' migrations/*_002_*.sql`, 60],
  [
    'a downgrade that leaves the column',
    `sed -i 's/DROP COLUMN name/ALTER name SET DEFAULT 1/' migrations/*_002_*.sql; pgate manifest`,
    62,
  ],
  [
    'an index that keeps writers out',
    `cat >> migrations/x.sql <<'SQL'
-- revision: 004
-- revises: 003
-- pgate: upgrade
CREATE INDEX users_both ON users (name, email);
-- pgate: downgrade
DROP INDEX users_both;
SQL
echo 'CREATE INDEX users_both ON users (name, email);' >> schema.sql
pgate manifest`,
    61,
  ],
] as const

describe.each(anyServer())('the workflow for CI, with $name', ({ url }) => {
  const env = { ...WORKFLOW.env, PGATE_EXTENSIONS: '', SHADOW_URL: url, GITHUB_BASE_REF: 'main' }

  let project = ''
  beforeAll(async () => {
    project = await mkdtemp(join(tmpdir(), 'pgate-workflow-'))
    await makeProject(project)
  })
  afterAll(() => rm(project, { recursive: true }))

  const runIn = (steps: readonly PageStep[]) =>
    runPage(steps, { env, prepare: (folder) => cp(project, folder, { recursive: true }) })

  it.each(['built-in', 'server'])('passes a project in order, in the job %s', async (job) => {
    const commands = await commandsOf(job)
    expect(commands).toHaveLength(4)
    const theirs = step('pgate manifest --shadow-url "$SHADOW_URL"\n')
    await runIn([...(job === 'server' ? [theirs] : []), ...commands])
  })

  it.each(share(DAMAGES, { part: 0, of: 4 }))('stops %s', async (_, damage, exitCode) => {
    await expect(runIn([step(damage), ...(await commandsOf('built-in'))])).rejects.toThrow(
      `ended with ${exitCode}:`,
    )
  })
})
