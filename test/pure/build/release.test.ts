import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { sectionOf } from '../../../scripts/build/release-notes.ts'

const ROOT = join(import.meta.dirname, '../../..')
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))

interface Step {
  readonly uses?: string
  readonly run?: string
}

interface Job {
  readonly steps: readonly Step[]
  readonly 'timeout-minutes'?: number
  readonly permissions?: Readonly<Record<string, string>>
}

interface Workflow {
  readonly permissions: Readonly<Record<string, string>>
  readonly jobs: Readonly<Record<string, Job>>
}

const WORKFLOWS = globSync('.github/workflows/*.yml', { cwd: ROOT }).map((file) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const workflow: Workflow = parse(text)
  return { file, text, workflow, steps: Object.values(workflow.jobs).flatMap(({ steps }) => steps) }
})

describe.each(WORKFLOWS)('$file', ({ text, workflow, steps }) => {
  it('names every action by its commit, with its version', () => {
    const named = steps.filter(({ uses }) => uses !== undefined).length
    const pinned = [...text.matchAll(/uses: [\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/gm)]
    expect(pinned).toHaveLength(named)
    expect(named).toBeGreaterThan(0)
  })

  it('runs scripts of package.json alone', () => {
    const commands = steps.map(({ run = '' }) => run).join('\n')
    const called = [...commands.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name)
    expect(called.filter((name = '') => !(name in scripts))).toEqual([])
  })

  it('may read the repository alone, but for what a job says, and uses no secret', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' })
    expect(text).not.toContain('secrets.')
    expect(Object.values(workflow.jobs).every((job) => job['timeout-minutes'])).toBe(true)
  })
})

describe('the release', () => {
  const release = WORKFLOWS.find(({ file }) => file.endsWith('release.yml'))?.workflow

  it('lets a job write what it publishes, and nothing else', () => {
    const writes = Object.entries(release?.jobs ?? {}).map(([name, { permissions = {} }]) => [
      name,
      Object.entries(permissions).flatMap(([what, how]) => (how === 'write' ? [what] : [])),
    ])
    expect(Object.fromEntries(writes)).toEqual({
      check: [],
      executable: ['id-token', 'attestations'],
      image: ['packages'],
      'publish-image': ['packages', 'id-token', 'attestations'],
      'publish-package': ['id-token'],
      release: ['contents'],
    })
  })

  const changelog =
    '# Changelog\n\n## Unreleased\n\n## [1.2.0] - 2026-01-02\n\n### Added\n\n- One.\n\n## 1.1.9\n\n- Old.\n'

  it.each([
    ['1.2.0', '### Added\n\n- One.'],
    ['1.1.9', '- Old.'],
  ])('takes the section of %s as its text', (version, text) => {
    expect(sectionOf(changelog, version)).toBe(text)
  })

  it.each(['1.2', 'Unreleased', '2.0.0'])('does not go on without a section of %s', (version) => {
    expect(() => sectionOf(changelog, version)).toThrow(`no section "## ${version}"`)
  })
})
