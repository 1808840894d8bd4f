import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GateError } from '../../../../src/errors/error.ts'
import { parseScript } from '../../../../src/formats/alembic/script.ts'
import { loadFolder } from '../../../../src/formats/formats.ts'
import type { ScriptDirectory } from '../../../support/alembic/script-directory.ts'

const SHAPES = join(import.meta.dirname, '../../../fixtures/alembic/shapes')

/** Where Alembic's own words say nothing of the revision, ours do. */
const OTHER_MESSAGES: Readonly<Record<string, string>> = {
  a0017: 'Licence in the docstring',
  a0018: 'Fields before the message',
  a0021: 'no docstring',
  a0024: 'file template',
  a0029: 'Two lines of one message',
}

it('version files of every shape make the graph that Alembic makes of them', async () => {
  const recorded = JSON.parse(
    readFileSync(join(SHAPES, 'recorded.json'), 'utf8'),
  ) as ScriptDirectory
  const graph = await loadFolder({ format: 'alembic', migrations: SHAPES })
  const revisions = Object.fromEntries(
    graph.order.map(({ id, revises, dependsOn, branchLabels, message }) => [
      id,
      {
        revises: revises.toSorted(),
        dependsOn: dependsOn.toSorted(),
        labels: branchLabels.toSorted(),
        doc: message,
      },
    ]),
  )
  const theirs = Object.entries(recorded.revisions).map(([id, revision]) => [
    id,
    { ...revision, doc: OTHER_MESSAGES[id] ?? revision.doc },
  ])
  expect({ heads: graph.heads.toSorted(), bases: graph.bases.toSorted(), revisions }).toEqual({
    ...recorded,
    revisions: Object.fromEntries(theirs),
  })
  expect(Object.keys(revisions).length).toBeGreaterThan(30)
})

it('reads dates in UTC, and what only Alembic can run', async () => {
  const { revisions } = await loadFolder({ format: 'alembic', migrations: SHAPES })
  expect(revisions.get('a0002')).toMatchObject({
    created: '2024-01-02T08:00:00Z',
    file: `${SHAPES}/versions/a0002_newest_template.py`,
    upgrade: { kind: 'opaque', language: 'Python', command: 'alembic upgrade head' },
    downgrade: { kind: 'opaque' },
  })
  expect(revisions.get('972fc63ffb69')?.created).toBe('2024-01-01T10:00:00.123Z')
})

/** What stands in a file instead, the line that is to blame, and what is said of it. */
const COMPUTED: readonly (readonly [string, string, number, RegExp])[] = [
  ['a name', 'revision = ID', 1, /`revision` is computed.*`revision = ID`; write it as `rev/],
  ['a call', 'revision = "a"\ndown_revision = tuple(["b"])', 2, /`down_revision` is computed/],
  ['an f-string', 'revision = f"a{1}"', 1, /computed.*f"a\{1\}"/],
  ['bytes', 'revision = b"a"', 1, /computed/],
  ['a sum', 'revision = "a" + "b"', 1, /computed/],
  ['a named character', 'revision = "\\N{DIGIT ONE}"', 1, /computed/],
  ['a slice', 'revision = "abc"[1:]', 1, /computed/],
  ['a condition', 'if x:\n    revision = "a"\nelse:\n    revision = "b"', 4, /computed.*"b"/],
  ['a condition on one line', 'if x: revision = "a"', 1, /computed/],
  ['an else on one line', 'if x:\n  pass\nelse: revision = "a"', 3, /computed/],
  ['a loop', 'for x in y:\n  if x:\n    revision = "a"', 3, /computed/],
  ['try', 'try:\n    revision = "a"\nexcept: pass', 2, /computed/],
  ['unpacking', 'revision, down_revision = "a", None', 1, /`revision` is computed/],
  ['an import', 'from other import x as revision, y', 1, /computed.*from other import/],
  ['+=', 'revision = "a"\nrevision += "b"', 2, /computed.*\+=/],
  ['a loop over it', 'revision = "a"\nfor revision in x: pass', 2, /computed.*for revision in x/],
  ['with', 'revision = "a"\nwith x as revision:\n    pass', 2, /computed/],
  ['a function', 'revision = "a"\ndef revision(): pass', 2, /computed/],
  ['a class', 'revision = "a"\nclass revision:\n    pass', 2, /computed/],
  ['a pattern', 'revision = "a"\nmatch x:\n    case revision: pass', 3, /computed/],
  [':=', 'revision = "a"\nprint((revision := "b"))', 2, /computed/],
  ['del', 'revision = "a"\ndel revision', 2, /computed/],
  ['a number', 'revision = 12', 1, /computed/],
  ['a dictionary', 'revision = "a"\ndown_revision = {"b": 1}', 2, /computed/],
  ['a list with None', 'revision = "a"\ndown_revision = ["b", None]', 2, /computed/],
  ['a tuple for the id', 'revision = "a",', 1, /`revision` is no string/],
  ['None for the id', 'revision = None', 1, /`revision` is no string/],
  ['an empty id', 'revision = ""', 1, /`revision` `` is empty/],
  ['an id with a space', 'revision = "a b"', 1, /may hold only/],
  ['a word of the graph', 'revision = "head"', 1, /reserved/],
  [
    'an empty parent',
    'revision = "a"\ndown_revision = ("b", "")',
    2,
    /`down_revision` `` is empty/,
  ],
  ['no revision', 'x = 1', 1, /there is no `revision` at the level of the module/],
  ['no down_revision', 'revision = "a"', 1, /there is no `down_revision`.*None for the first/],
  ['an open string', '\n\nrevision = "a\n', 3, /the string that begins here is not closed/],
  ['an open docstring', 'x = 1\n"""a\nrevision = "a"\n', 2, /the string that begins here/],
  ['an open bracket', 'revision = (\n"a"\n', 1, /the `\(` here is not closed/],
  ['a bracket too many', 'x = 1\nrevision = "a")', 2, /a `\)` without its `\(`/],
  ['brackets crosswise', 'revision = ["a")', 1, /a `\)` without its `\(`/],
  [
    'a merge conflict',
    '<<<<<<< HEAD\nrevision = "a"\n=======\n',
    1,
    /the mark of a merge conflict/,
  ],
  ['a stray character', 'revision = "a"\nx = 1 \\ 2', 2, /Python has no use for/],
]

describe('a version file that only Python could read is refused by its line', () => {
  it.each(COMPUTED)('%s', (_, text, line, said) => {
    const parsed = parseScript({ file: 'versions/a1b2_x.py', text: `${text}\n` })
    if (parsed.kind !== 'faulty') throw new Error('nothing was refused')
    const [fault] = parsed.faults
    expect(fault).toMatchObject({ code: 'REVISION_HEADER', file: 'versions/a1b2_x.py', line })
    expect(`${fault?.message}; ${fault?.remedy}`).toMatch(said)
  })

  it('all at once, each with what to write, and none for those that revise it', async () => {
    const failure = await loadFolder({
      format: 'alembic',
      migrations: join(import.meta.dirname, '../../../fixtures/alembic/computed'),
    }).catch((error: unknown) => error)
    if (!(failure instanceof GateError)) throw new Error('nothing was refused')
    const { message } = failure
    expect(message.split('\n').map((line) => line.replace(/.*computed\/versions\//, ''))).toEqual([
      '3 faults in the revision files:',
      "a_name.py:4: `revision` is computed, which Python alone can do: `revision = REVISION`; write it as `revision = '<id>'`",
      "a_name.py:5: `down_revision` is computed, which Python alone can do: `down_revision = previous(__file__)`; write it as `down_revision = '<id>'`, as a tuple of ids, or as None for the first",
      'no_parent.py:2: revision lost revises missing, which no file holds; bring back the file of missing',
    ])
  })
})

it('long and deep files are read in linear time', { timeout: 120_000 }, () => {
  const hard = [
    `x = ${'('.repeat(20_000)}${')'.repeat(20_000)}`,
    `x = "${'\\n'.repeat(80_000)}"`,
    `x = ${'f"{'.repeat(30_000)}`,
    ' '.repeat(200_000),
    'a'.repeat(200_000),
    `${'#'.repeat(200_000)}\n`.repeat(2),
    `revision = (${'"a" '.repeat(20_000)})`,
    `down_revision = (${'"a", '.repeat(20_000)})`,
    'if x:\n'.repeat(20_000),
    '"""a"""\n'.repeat(20_000),
    `down_revision = ${'['.repeat(8000)}${']'.repeat(8000)}`,
  ]
  for (const text of hard) {
    const started = performance.now()
    parseScript({ file: 'x.py', text })
    expect(performance.now() - started, text.slice(0, 40)).toBeLessThan(10_000)
  }
})
