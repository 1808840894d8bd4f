import { describe, expect, it } from 'vitest'
import { LINT_RULES } from '../../../src/config/choices.ts'
import type { Finding } from '../../../src/lint/finding.ts'
import {
  describeFindings,
  findingLines,
  githubLines,
  withinRepository,
} from '../../../src/lint/report.ts'
import { sarifOf } from '../../../src/lint/sarif.ts'

const FINDING: Finding = {
  rule: 'rewrites-table',
  severity: 'error',
  file: 'db/a, b/1.sql',
  line: 12,
  column: 3,
  revision: 'a',
  message: '100% of it: written again',
  why: 'It takes long.',
  safe: 'SELECT 1;\nSELECT 2;',
  facts: ['orders has 2 rows'],
  by: 'rule',
}
const INFO: Finding = { ...FINDING, rule: 'locks-the-other-table', severity: 'info', facts: [] }

describe('for people', () => {
  it('each has its place, and the reason stands once', () => {
    expect(findingLines([FINDING, FINDING])).toEqual([
      'db/a, b/1.sql:12:3: error: rewrites-table: 100% of it: written again',
      '    It takes long.',
      '    The database says: orders has 2 rows.',
      '        SELECT 1;',
      '        SELECT 2;',
      '',
      'db/a, b/1.sql:12:3: error: rewrites-table: 100% of it: written again',
      '    The database says: orders has 2 rows.',
      '        SELECT 1;',
      '        SELECT 2;',
      '',
    ])
  })

  it('are counted by severity', () => {
    expect(describeFindings([FINDING, FINDING, INFO])).toBe('2 errors, 1 for your information')
    expect(describeFindings([])).toBe('nothing to report')
  })
})

describe('for GitHub', () => {
  it('files are named from the root of the repository, as a pull request names them', () => {
    const files = ['./migrations/1.sql', '/work/db/2.sql', 'db/3.sql', '/elsewhere/4.sql']
    const findings = files.map((file) => ({ ...FINDING, file }))
    expect(withinRepository(findings, '/work').map(({ file }) => file)).toEqual([
      ...['migrations/1.sql', 'db/2.sql', 'db/3.sql', '/elsewhere/4.sql'],
    ])
  })

  it('a command is one line, whose signs are escaped', () => {
    expect(githubLines([FINDING, INFO])).toEqual([
      '::error file=db/a%2C b/1.sql,line=12,col=3,title=pgate lint%3A rewrites-table::100%25 of it: written again. It takes long.%0Aorders has 2 rows%0ASELECT 1;%0ASELECT 2;',
      '::notice file=db/a%2C b/1.sql,line=12,col=3,title=pgate lint%3A locks-the-other-table::100%25 of it: written again. It takes long.%0ASELECT 1;%0ASELECT 2;',
    ])
  })
})

describe('SARIF 2.1.0', () => {
  const log = sarifOf([FINDING, INFO, { ...FINDING, rule: 'allow' }], '1.2.3')

  it('has what the standard asks of a log and a run', () => {
    expect(log).toMatchObject({ version: '2.1.0', $schema: expect.stringMatching(/sarif-2\.1\.0/) })
    expect(log.runs).toEqual([
      {
        tool: { driver: { name: 'pgate', semanticVersion: '1.2.3', rules: expect.any(Array) } },
        columnKind: 'unicodeCodePoints',
        results: expect.any(Array),
      },
    ])
  })

  it('names each rule once, with its level', () => {
    expect(log).toHaveProperty(
      'runs.0.tool.driver.rules',
      LINT_RULES.map((id) => ({
        id,
        shortDescription: { text: expect.any(String) },
        fullDescription: { text: expect.any(String) },
        defaultConfiguration: { level: expect.stringMatching(/^(?:error|warning|note)$/) },
      })),
    )
  })

  it('has a result for each, whose index leads to its rule, and whose place is a URI and a region', () => {
    const place = {
      physicalLocation: {
        artifactLocation: { uri: 'db/a,%20b/1.sql' },
        region: { startLine: 12, startColumn: 3 },
      },
    }
    const result = (ruleId: string, ruleIndex: number, level: string) => ({
      ...{ ruleId, level, message: { text: expect.stringContaining('written again') } },
      ...(ruleIndex >= 0 && { ruleIndex }),
      locations: [place],
    })
    expect(log).toHaveProperty('runs.0.results', [
      result('rewrites-table', 0, 'error'),
      result('locks-the-other-table', LINT_RULES.indexOf('locks-the-other-table'), 'note'),
      result('allow', -1, 'error'),
    ])
  })
})
