import type { Rule } from '../finding.ts'
import type { LintStatement } from '../statement.ts'
import { everyNode } from '../tree.ts'

const enumValueUsed: Rule = {
  id: 'enum-value-used-in-its-transaction',
  severity: 'error',
  versions: 'all',
  why: 'A value that ALTER TYPE … ADD VALUE adds can be used only once it is committed: the statement fails with 55P04, everywhere.',
  sparesNewTables: false,
  *find(statement, { deploy }) {
    if ('AlterEnumStmt' in statement.node) return
    const values = deploy.valuesOf(statement)
    if (values.length === 0) return
    const constants = everyNode<{ sval?: { sval?: string } }>(statement.node, 'A_Const')
    const texts = constants.map(({ sval }) => sval?.sval ?? '')
    for (const { value, line } of values.filter((one) => texts.includes(one.value))) {
      yield {
        message: `'${value}', which line ${line} adds, is used in the same transaction`,
        safe: '-- the ALTER TYPE in a revision of its own, before this one',
      }
    }
  },
}

const notRepeatable: Rule = {
  id: 'not-repeatable-on',
  severity: 'error',
  versions: 'all',
  why: 'PostgreSQL refuses the statement within a transaction, and the file asks for one.',
  sparesNewTables: false,
  *find({ isTransactional, text }, { transaction }) {
    if (isTransactional || transaction !== 'on') return
    const words = text.replaceAll(/\s+/g, ' ').slice(0, 40)
    const safe = '-- in a revision of its own, without `transaction: on`'
    yield { message: `this cannot run in a transaction: ${words}`, safe }
  },
}

const settingLeft: Rule = {
  id: 'session-setting-left',
  severity: 'info',
  versions: 'all',
  why: 'SET lasts as long as the session: in other tools it holds for every revision behind it, and in pgate, which puts the session back, for this one only.',
  sparesNewTables: false,
  *find({ node }) {
    if (!('VariableSetStmt' in node)) return
    const { kind, name = '', is_local } = node.VariableSetStmt
    if (kind !== 'VAR_SET_VALUE' || is_local === true) return
    yield { message: `SET ${name} is left behind`, safe: `SET LOCAL ${name} = …;` }
  },
}

const nameTooLong: Rule = {
  id: 'name-too-long',
  severity: 'warning',
  versions: 'all',
  why: 'PostgreSQL cuts names after 63 bytes and says no more than a NOTICE: two long names can become one, and no tool finds the object under the name that the file has.',
  sparesNewTables: false,
  *find(statement) {
    for (const name of longNames(statement)) {
      const cut = Buffer.from(name).subarray(0, 63).toString('utf8')
      yield {
        message: `${name} is cut to 63 bytes`,
        safe: `-- choose a shorter one; as it is: ${cut}`,
      }
    }
  },
}

/** The parser has cut them already, so the text has to be asked; only one that it knows in its cut form is a name. */
function longNames({ text, node }: LintStatement): readonly string[] {
  const words = text.match(/[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]{30,}|"[^"\n]{30,}"/g) ?? []
  const long = words.filter((word) => Buffer.byteLength(word.replaceAll('"', '')) > 63)
  if (long.length === 0) return []
  const tree = JSON.stringify(node).toLowerCase()
  return [...new Set(long.map((word) => word.replaceAll('"', '')))].filter((name) => {
    const cut = Buffer.from(name.toLowerCase())
      .subarray(0, 60)
      .toString('utf8')
      .replace(/\ufffd$/, '')
    return tree.includes(cut) && !tree.includes(name.toLowerCase())
  })
}

const concurrentlyWithoutName: Rule = {
  id: 'concurrently-without-name',
  severity: 'warning',
  versions: 'all',
  why: 'A build that was cut off leaves an invalid index, and without a name nothing says which one it is: the next run builds another.',
  sparesNewTables: false,
  *find({ node, text }) {
    if (!('IndexStmt' in node)) return
    const { concurrent, idxname } = node.IndexStmt
    if (concurrent !== true || idxname !== undefined) return
    const safe = `${text.replace(/\bconcurrently\b/i, '$& <name>')};`
    yield { message: 'an index is built CONCURRENTLY and has no name', safe }
  },
}

const ifNotExistsIndex: Rule = {
  id: 'if-not-exists-index',
  severity: 'warning',
  versions: 'all',
  why: 'An index of that name that a failed build left invalid, or that is another one, passes for the one that is wanted.',
  sparesNewTables: true,
  *find({ node, text }, { facts, schema }) {
    if (!('IndexStmt' in node) || node.IndexStmt.if_not_exists !== true) return
    const { idxname = '', relation } = node.IndexStmt
    const table = { schema: relation?.schemaname ?? schema, name: relation?.relname ?? '' }
    const key = `${table.schema}.${table.name}`
    const isFree =
      facts?.isLive === true && facts.tables.get(key)?.indexes.includes(idxname) === false
    const safe = `DROP INDEX CONCURRENTLY IF EXISTS ${idxname};\n${text.replace(/\s+if\s+not\s+exists\b/i, '')};`
    const message = `whatever is called ${idxname} is taken for this index`
    yield { message, safe, table, silent: isFree ? 'nothing is called so' : undefined }
  },
}

export const SMALL_RULES: readonly Rule[] = [
  enumValueUsed,
  nameTooLong,
  concurrentlyWithoutName,
  ifNotExistsIndex,
  settingLeft,
  notRepeatable,
]
