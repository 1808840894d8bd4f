import { describe, expect, it } from 'vitest'
import { goose } from '../../../../src/formats/goose/goose.ts'
import { readMarkers } from '../../../../src/formats/goose/markers.ts'
import { substitute } from '../../../../src/formats/goose/substitute.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { splitStatements } from '../../../../src/revisions/sql/split.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'

const UP = '-- +goose Up\n'
const DOWN = '-- +goose Down\n'
const BEGIN = '-- +goose StatementBegin\n'
const END = '-- +goose StatementEnd\n'
const NOT_ENDED = 'no `;` at the end of a line'

describe('a file of goose', () => {
  it('is cut into its sections, each with the line that it begins on', () => {
    const text = `-- about\n\n${UP}create table a ();\n\n${DOWN}drop table a;\n`
    expect(readMarkers(text, {})).toMatchObject({
      up: { text: 'create table a ();\n', line: 4 },
      down: { text: 'drop table a;\n', line: 7 },
      isWithoutTransaction: false,
      faults: [],
    })
  })

  it('has no way down without the marker, and one that does nothing with the marker alone', () => {
    expect(readMarkers(`${UP}select 1;\n`, {}).down).toBeNull()
    expect(readMarkers(`${UP}select 1;\n${DOWN}`, {}).down?.text).toBe('')
  })

  it('keeps its lines where a marker is blanked', async () => {
    const text = `${UP}-- +goose StatementBegin\ncreate function f() returns int language plpgsql as $$\nbegin\n  return 1;\nend $$;\n-- +goose StatementEnd\ncreate table a ();\n`
    const { up } = readMarkers(text, {})
    expect(up.text.split('\n')[0]).toBe('')
    const { statements } = await splitStatements(up, { file: 'x.sql', transaction: 'auto' })
    expect(statements.map(({ line }) => line)).toEqual([3, 8])
  })

  it.each([
    ['-- +goose NO TRANSACTION\n-- +goose Up\nselect 1;\n'],
    ['-- +goose up\nselect 1;\n-- +goose no transaction\n'],
    ['--+goose UP\nselect 1;\n-- +goose down\n--   +goose No Transaction --\n'],
  ])('says in any place, and in any case, that it has no transaction: %j', (text) => {
    expect(readMarkers(text, {})).toMatchObject({ isWithoutTransaction: true, faults: [] })
  })

  it.each([
    ['nothing at all', 'select 1;\n', 1, 'above `-- +goose Up`'],
    ['comments alone', '-- nothing\n', 1, 'no `-- +goose Up`'],
    ['SQL above Up', '\nselect 1;\n-- +goose Up\n', 2, 'above `-- +goose Up`'],
    ['a block comment above Up', '/* x */\n-- +goose Up\n', 1, 'above `-- +goose Up`'],
    ['Up twice', `${UP}select 1;\n${UP}`, 3, 'a second'],
    ['Down first', `${DOWN}drop table a;\n`, 1, 'does not follow'],
    ['Down twice', `${UP}${DOWN}${DOWN}`, 3, 'does not follow'],
    ['Down in a block', `${UP}${BEGIN}${DOWN}`, 3, 'between StatementBegin'],
    ['a block above Up', BEGIN, 1, 'above `-- +goose Up`'],
    ['a block in a block', `${UP}${BEGIN}${BEGIN}`, 3, 'line 2'],
    ['a block that is open', `${UP}${BEGIN}select 1;\n`, 2, 'without StatementEnd'],
    ['an end without a block', `${UP}${END}`, 2, 'without StatementBegin'],
    ['an unknown marker', `${UP}-- +goose Upp\n`, 2, "none of goose's markers"],
    ['a marker in prose', `${UP}-- we use +goose NO TRANSACTION\n`, 2, "none of goose's markers"],
    ['an empty marker', `${UP}-- +goose\n`, 2, "none of goose's markers"],
    ['an indented marker', '  -- +goose Up\n', 1, 'white space before it'],
    ['no semicolon at the end', `${UP}select 1;\n\nselect 2\n\n`, 4, NOT_ENDED],
    ['no semicolon above Down', `${UP}select 1\n${DOWN}`, 2, NOT_ENDED],
    ['no semicolon on the way down', `${UP}${DOWN}drop table a\n`, 3, NOT_ENDED],
    ['a semicolon in a comment alone', `${UP}select 1 -- one;\n`, 2, NOT_ENDED],
    ['another expansion', `${UP}-- +goose ENVSUB ON\nselect '\${A:?no}';\n`, 3, 'not a variable'],
  ])('is refused with %s', (_, text, line, message) => {
    const [fault] = readMarkers(text, {}).faults
    expect(fault).toMatchObject({ line, message: expect.stringContaining(message) })
  })

  it('may have a comment behind the semicolon, and any text within a block', () => {
    const text = `${UP}select 1; -- one\n-- +goose StatementBegin\nselect 2\n-- +goose StatementEnd\n`
    expect(readMarkers(text, {}).faults).toEqual([])
  })

  it('takes variables where they are switched on, and has the checksum of what is written', () => {
    const text = `${UP}select '$A';\n-- +goose ENVSUB ON\n-- of $1\nselect '$A';\n-- +goose ENVSUB OFF\nselect '$A';\n`
    const { up, written, faults } = readMarkers(text, { A: 'x' })
    expect(faults).toEqual([])
    expect(up.text).toBe("select '$A';\n\n-- of $1\nselect 'x';\n\nselect '$A';\n")
    expect(written).not.toContain("'x'")
  })
})

describe('a line with variables', () => {
  it.each([
    [`$A \${A}`, 'x x'],
    [`[$NONE] [\${NONE}]`, '[] []'],
    [`\${NONE:-one} \${EMPTY:-one} \${A:-one}`, 'one one x'],
    [`\${NONE-one} \${EMPTY-one} \${A-one}`, 'one  x'],
    ['$$A \\$A', '$A $A'],
    ['$(A) costs 1 $', '$(A) costs 1 $'],
    ['\\\\ $Ax', '\\\\ '],
  ])('%s is %s', (line, wanted) => {
    expect(substitute(line, { A: 'x', EMPTY: '' })).toBe(wanted)
  })

  it.each(['$1', `\${A:?no}`, `\${A:1:2}`, `\${A:-\${B}}`, '$ A'])('%s is refused', (line) => {
    expect(substitute(line, { A: 'x' })).toBeUndefined()
  })
})

describe('a folder of goose', () => {
  it('has its numbers as ids, in their order, and Go among them', async () => {
    await withRevisionFolder(async ({ path, write }) => {
      await write('00010_ten_words.sql', `${UP}select 1;\n`)
      await write('9_in_go.go', 'package migrations\n')
      await write('9_in_go_test.go', 'package migrations\n')
      await write('20240131120000_later.sql', `${UP}select '\${A}';\n`)
      await write('helpers.go', 'package migrations\n')
      await write('schema.sql', 'select 1;\n')
      const graph = await load(path)
      expect(graph.order.map(({ id, message }) => [id, message])).toEqual([
        ['9', 'in go'],
        ['10', 'ten words'],
        ['20240131120000', 'later'],
      ])
      expect(graph.order[0]?.upgrade).toEqual({
        kind: 'opaque',
        language: 'Go',
        command: 'goose up',
      })
      expect(graph.order[2]).toMatchObject({ created: '2024-01-31T12:00:00Z' })
    })
  })

  it.each([
    ['one number twice', '1_a.sql', '001_b.go', 'is that of'],
    ['number 0', '0_a.sql', '1_b.sql', "goose's own first row"],
    ['a number beyond bigint', '9223372036854775808_a.sql', '1_b.sql', 'larger than a bigint'],
  ])('is refused with %s', async (_, one, other, message) => {
    await withRevisionFolder(async ({ path, write }) => {
      await write(one, `${UP}select 1;\n`)
      await write(other, `${UP}select 1;\n`)
      await expect(load(path)).rejects.toThrow(message)
    })
  })
})

async function load(path: string) {
  return loadRevisions(path, { ...goose, reading: await goose.reading() })
}
