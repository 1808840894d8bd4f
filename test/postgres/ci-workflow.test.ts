import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { ROOT } from '../support/docker/image.ts'
import { type PageStep, runPage, stepsOf } from '../support/docs/page.ts'
import { anyServer } from '../support/servers/servers.ts'

const WANTED = `cat > schema.sql <<'SQL'
CREATE TABLE users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email text NOT NULL UNIQUE,
    name text
);
SQL
`

/** The project that docs/first-steps.md makes, with its schema as the wanted one. */
async function project(manifest = 'pgate manifest'): Promise<readonly PageStep[]> {
  const made = (await stepsOf('first-steps.md')).filter(({ commands }) =>
    /migrations\/|pgate revision/.test(commands),
  )
  return [...made, { commands: `${manifest}\n${WANTED}`, prints: undefined }]
}

/** The commands of a job of the workflow, but for the installation. */
async function commandsOf(job: string): Promise<readonly PageStep[]> {
  const text = await readFile(join(ROOT, 'deploy/ci/github-actions.yml'), 'utf8')
  const steps: readonly { readonly run?: string }[] = parse(text).jobs[job].steps
  return steps.flatMap(({ run = 'npm ci' }) =>
    run === 'npm ci' ? [] : [{ commands: run.replace(/^npx /, ''), prints: undefined }],
  )
}

describe.each(anyServer())('the workflow for CI, with $name', ({ url }) => {
  const env = { PGATE_MODELS: 'schema.sql', PGATE_EXTENSIONS: '', SHADOW_URL: url }

  it.each(['built-in', 'server'])('passes a project in order, in the job %s', async (job) => {
    const commands = await commandsOf(job)
    expect(commands).toHaveLength(4)
    const on = job === 'server' ? ' --shadow-url "$SHADOW_URL"' : ''
    await runPage([...(await project(`pgate manifest${on}`)), ...commands], { env })
  })

  it.each([
    [
      'a column that no revision makes',
      `sed -i 's/name text/name text, age integer/' schema.sql`,
      60,
    ],
    ['a manifest of before', `sed -i 's/name text/title text/' migrations/*_002_*.sql`, 60],
    [
      'a downgrade that leaves the column',
      `sed -i 's/DROP COLUMN name/ALTER name SET DEFAULT 1/' migrations/*_002_*.sql; pgate manifest`,
      62,
    ],
    [
      'an index that keeps writers out',
      `cat >> migrations/x.sql <<'SQL'
-- revision: 003
-- revises: 002
-- pgate: upgrade
CREATE INDEX users_name ON users (name);
-- pgate: downgrade
DROP INDEX users_name;
SQL
echo 'CREATE INDEX users_name ON users (name);' >> schema.sql
pgate manifest`,
      61,
    ],
  ])('stops %s', async (_, damage, exitCode) => {
    const steps = [...(await project()), { commands: damage, prints: undefined }]
    await expect(runPage([...steps, ...(await commandsOf('built-in'))], { env })).rejects.toThrow(
      `ended with ${exitCode}:`,
    )
  })
})
