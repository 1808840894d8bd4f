import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../support/docker/image.ts'

/** Files that somebody deploys with, by the words with which a test takes them. */
interface Tested {
  readonly files: readonly string[]
  readonly by: string
  readonly words: string
}

const TESTED: readonly Tested[] = [
  {
    files: ['Dockerfile'],
    by: 'test/support/docker/image.ts',
    words: "'build', '--quiet', '--tag', tag, ROOT",
  },
  {
    files: ['docker-compose.yml'],
    by: 'test/support/docker/compose.ts',
    words: "'docker-compose.yml'",
  },
  {
    files: ['examples/api/Dockerfile'],
    by: 'test/support/docker/compose.ts',
    words: "'examples/api'",
  },
  ...['agents', 'memory', 'ragchat', 'scoping', 'zero-downtime'].map((name) => ({
    files: [`examples/${name}/compose.yml`],
    by: 'test/image/examples.test.ts',
    words: `'${name}'`,
  })),
  ...['embedded.yml', 'external.yml', 'pgbouncer.yml', 'phases.yml'].map((name) => ({
    files: [`deploy/compose/${name}`],
    by: 'test/image/deploy-compose.test.ts',
    words: `deploy/compose/${name}'`,
  })),
  {
    files: ['deploy/compose/pgbouncer.ini'],
    by: 'deploy/compose/pgbouncer.yml',
    words: './pgbouncer.ini',
  },
  ...[
    'fly/Dockerfile',
    'fly/fly.toml',
    'fly/main.py',
    'railway/Dockerfile',
    'railway/railway.toml',
  ].map((name) => ({
    files: [`deploy/${name}`],
    by: 'test/image/platforms.test.ts',
    words: `'deploy/${name}'`,
  })),
  ...['migrator/Dockerfile', 'migrator/compose.yml', 'kubernetes/migrator.yaml'].map((name) => ({
    files: [`deploy/${name}`],
    by: 'test/image/migrator.test.ts',
    words: `'deploy/${name}'`,
  })),
  ...['Dockerfile', 'backup.sh', 'compose.yml'].map((name) => ({
    files: [`deploy/backup/${name}`],
    by: 'test/image/backup.test.ts',
    words: 'deploy/backup',
  })),
  {
    files: globSync('deploy/helm/{pgate,example-api}/**/*.*', { cwd: ROOT }),
    by: 'test/image/helm.test.ts',
    words: "'deploy/helm'",
  },
  {
    files: ['examples/zero-downtime/api/Dockerfile'],
    by: 'test/image/kubernetes-phases.test.ts',
    words: "join(ZERO_DOWNTIME, 'api')",
  },
  ...['expand.yaml', 'contract.yaml'].map((name) => ({
    files: [`deploy/kubernetes/${name}`],
    by: 'test/image/kubernetes-phases.test.ts',
    words: `podOf('${name}'`,
  })),
  ...['fleet.yaml', 'init-container.yaml', 'job.yaml', 'sidecar.yaml'].map((name) => ({
    files: [`deploy/kubernetes/${name}`],
    by: 'test/image/kubernetes.test.ts',
    words: `podsIn('${name}'`,
  })),
  {
    files: ['deploy/kubernetes/secret.yaml'],
    by: 'test/docs/kubernetes.test.ts',
    words: 'deploy/kubernetes/*.yaml',
  },
  {
    files: ['deploy/ci/github-actions.yml'],
    by: 'test/postgres/ci-workflow.test.ts',
    words: "'deploy/ci/github-actions.yml'",
  },
  ...['alerts.yml', 'dashboard.json'].map((name) => ({
    files: [`deploy/prometheus/${name}`],
    by: 'test/support/monitoring/queries.ts',
    words: `read('${name}')`,
  })),
  ...['alerts.test.yml', 'alerts-days.test.yml'].map((name) => ({
    files: [`deploy/prometheus/${name}`],
    by: 'test/postgres/monitoring.test.ts',
    words: `'${name}'`,
  })),
  {
    files: ['test/support/kubernetes/helm-render/Dockerfile'],
    by: 'test/image/helm.test.ts',
    words: 'test/support/kubernetes/helm-render',
  },
]

const PATTERNS = [
  'deploy/**/*.*',
  '{.,deploy,examples,test}/**/Dockerfile*',
  '{.,deploy,examples,test}/**/*compose*.{yml,yaml}',
]

describe('what is deployed with', () => {
  it('is all there is: no manifest, compose file or Dockerfile is without a test', () => {
    const exclude = (path: string) => path.split('/').includes('node_modules')
    const files = globSync(PATTERNS, { cwd: ROOT, exclude })
    const tested = TESTED.flatMap((one) => one.files)
    expect(new Set(files)).toEqual(new Set(tested))
  })

  it.each(TESTED)('$files is taken by $by', ({ by, words }) => {
    expect(readFileSync(join(ROOT, by), 'utf8')).toContain(words)
  })
})

describe('the settings that pages show', () => {
  it.each([
    ['docs/railway.md', 'deploy/railway/railway.toml'],
    ['docs/fly.md', 'deploy/fly/fly.toml'],
  ])('of %s are those of %s', (page, file) => {
    const [, shown = ''] =
      /^```toml\n(.*?)^```$/ms.exec(readFileSync(join(ROOT, page), 'utf8')) ?? []
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n')
    const settings = shown.trim().split('\n')
    expect(settings.length).toBeGreaterThan(1)
    expect(settings.filter((line) => !lines.includes(line))).toEqual([])
  })
})
