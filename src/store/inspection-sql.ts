import { quoteLiteral } from '../postgres/sql/identifier.ts'

/** What is asked about: tables, by their quoted and qualified names. */
export interface InspectionRequest {
  readonly tables: readonly string[]
  /** PGATE_ROLE, which pgate trusts as it trusts the role that connects. */
  readonly role?: string | undefined
}

/** Objects below this were made by initdb. */
const FIRST_USER_OBJECT = 16_384

const EQ = 'operator(pg_catalog.=)'

/** Of the triggers `t` that PostgreSQL itself makes: those of foreign keys, from here and to here. */
const IS_FOREIGN_KEY = 't.tgconstrrelid operator(pg_catalog.<>) 0::pg_catalog.oid'

/**
 * A query with one row for each of the tables that there is: its name, its owner, whether row
 * security is on, and `faults`: a JSON object for each thing that could run code of others when the
 * table is touched, hide rows, or rewrite it. Reads catalogs alone, so nothing of it has run then.
 * Holds under any search_path and has no parameters, so that it fits into a block or a message.
 *
 * Who owns a table may hang anything on it. Believed are this role, PGATE_ROLE, superusers, the
 * owners of the schema and of the database, and roles that this one is a member of; a role that
 * could not write here anyway believes any owner, since it cannot know who migrates. What a
 * superuser or this role itself has written into defaults, checks and indexes is not looked at.
 */
export function inspectionSql({ tables, role }: InspectionRequest): string {
  return `select own."table", own.owner, own.secured, array(${faultsSql()}) as faults
  from (
    select named.name as "table", c.oid, c.relkind, c.relowner, c.relnamespace,
           pg_catalog.pg_get_userbyid(c.relowner)::pg_catalog.text as owner,
           c.relrowsecurity as secured,
           r.rolsuper or r.rolname ${EQ} any (array[current_user, session_user]) as mine,
           ${isTrusted('c.relowner', role)} as believed
      from (values ${tables.map((table) => `(${quoteLiteral(table)})`).join(', ')}) as named (name)
      join pg_catalog.pg_class c on c.oid ${EQ} pg_catalog.to_regclass(named.name)
      join pg_catalog.pg_namespace n on n.oid ${EQ} c.relnamespace
      join pg_catalog.pg_roles r on r.oid ${EQ} c.relowner
  ) own`
}

/** Whether an owner is one that pgate believes; `n` is the table's schema. */
function isTrusted(oid: string, role: string | undefined): string {
  const { names, isMe } = trusted(role)
  return `(r.rolsuper or r.rolname ${EQ} any (${names}) or n.nspowner ${EQ} ${oid} or ${isOwnerOfDatabase(oid)}
             or exists (select from pg_catalog.pg_roles me where ${isMe('me')} and not me.rolsuper
                         and pg_catalog.pg_has_role(me.oid, ${oid}, 'member'))
             or exists (select from pg_catalog.pg_auth_members m join pg_catalog.pg_roles me on me.oid ${EQ} m.member
                         where m.roleid ${EQ} ${oid} and ${isMe('me')}))`
}

function trusted(role: string | undefined) {
  const given = role === undefined ? '' : `, ${quoteLiteral(role)}`
  const names = `array[current_user, session_user${given}]::pg_catalog.name[]`
  return { names, isMe: (alias: string) => `${alias}.rolname ${EQ} any (${names})` }
}

function isOwnerOfDatabase(oid: string): string {
  return `exists (select from pg_catalog.pg_database d
             where d.datname ${EQ} pg_catalog.current_database() and d.datdba ${EQ} ${oid})`
}

/** One row for each fault of `own`. */
function faultsSql(): string {
  const isUserMade = (oid: string) =>
    `${oid} operator(pg_catalog.>=) ${FIRST_USER_OBJECT}::pg_catalog.oid`
  const guarded = (select: string) => `${select} and not own.mine`
  return [
    fault('kind', 'own.relkind', `where own.relkind operator(pg_catalog.<>) 'r'`),
    fault(
      'owner',
      'own.owner',
      `where not own.believed
         and (pg_catalog.has_schema_privilege(own.relnamespace, 'create')
              or pg_catalog.has_table_privilege(own.oid, 'insert, update, delete, truncate'))`,
    ),
    fault(
      'trigger',
      't.tgname',
      `from pg_catalog.pg_trigger t join pg_catalog.pg_proc p on p.oid ${EQ} t.tgfoid
       where t.tgrelid ${EQ} own.oid and not t.tgisinternal`,
      'pg_catalog.pg_get_userbyid(p.proowner)',
    ),
    // A cascade runs the triggers of the table that refers here, some of them as this role.
    fault(
      'foreign key',
      'k.conname',
      `from pg_catalog.pg_trigger t join pg_catalog.pg_constraint k on k.oid ${EQ} t.tgconstraint
       where t.tgrelid ${EQ} own.oid and ${IS_FOREIGN_KEY}`,
      identity('pg_class', 'k.conrelid'),
    ),
    fault(
      'rule',
      'w.rulename',
      `from pg_catalog.pg_rewrite w where w.ev_class ${EQ} own.oid and own.relkind ${EQ} 'r'`,
    ),
    fault(
      'child',
      identity('pg_class', 'i.inhrelid'),
      `from pg_catalog.pg_inherits i where i.inhparent ${EQ} own.oid`,
    ),
    fault(
      'parent',
      identity('pg_class', 'i.inhparent'),
      `from pg_catalog.pg_inherits i where i.inhrelid ${EQ} own.oid`,
    ),
    fault(
      'row security',
      'current_user',
      'where own.secured and pg_catalog.row_security_active(own.oid)',
    ),
    fault(
      'default',
      'a.attname',
      guarded(`from pg_catalog.pg_attrdef x
       join pg_catalog.pg_attribute a on a.attrelid ${EQ} x.adrelid and a.attnum ${EQ} x.adnum
       where x.adrelid ${EQ} own.oid and ${callsOthers('x.adbin')}`),
    ),
    fault(
      'check',
      'k.conname',
      guarded(`from pg_catalog.pg_constraint k
       where k.conrelid ${EQ} own.oid and k.contype ${EQ} 'c' and ${callsOthers('k.conbin')}`),
    ),
    fault(
      'index',
      identity('pg_class', 'x.indexrelid'),
      guarded(`from pg_catalog.pg_index x
       where x.indrelid ${EQ} own.oid and (${callsOthers('x.indexprs')} or ${callsOthers('x.indpred')})`),
    ),
    fault(
      'column',
      'a.attname',
      guarded(`from pg_catalog.pg_attribute a
       where a.attrelid ${EQ} own.oid and ${isUserMade('a.atttypid')}`),
      identity('pg_type', 'a.atttypid'),
    ),
    // Operators, operator classes and casts of a default, a check or an index.
    fault(
      'dependency',
      `(select pg_catalog.concat(o.type, ' ', o.identity) from pg_catalog.pg_identify_object(y.refclassid, y.refobjid, 0) o)`,
      guarded(`from pg_catalog.pg_depend y
       join (select 'pg_catalog.pg_constraint'::pg_catalog.regclass as class, k.oid from pg_catalog.pg_constraint k where k.conrelid ${EQ} own.oid
             union all
             select 'pg_catalog.pg_attrdef'::pg_catalog.regclass, x.oid from pg_catalog.pg_attrdef x where x.adrelid ${EQ} own.oid
             union all
             select 'pg_catalog.pg_class'::pg_catalog.regclass, x.indexrelid from pg_catalog.pg_index x where x.indrelid ${EQ} own.oid) part
         on y.classid ${EQ} part.class and y.objid ${EQ} part.oid
       where y.refclassid ${EQ} any (array['pg_catalog.pg_proc', 'pg_catalog.pg_operator', 'pg_catalog.pg_opclass', 'pg_catalog.pg_type']::pg_catalog.regclass[]::pg_catalog.oid[])
         and ${isUserMade('y.refobjid')}`),
    ),
  ].join(' union all ')
}

/** What a default may call without being able to run more than that. */
const HARMLESS = ['now', 'clock_timestamp', 'statement_timestamp', 'gen_random_uuid', 'nextval']

/**
 * Whether an expression, as its tree is stored, calls a function of PostgreSQL's own that may run SQL
 * (query_to_xml, table_to_xml): none that is immutable does. Others' functions are dependencies.
 */
function callsOthers(tree: string): string {
  return `exists (select from pg_catalog.regexp_matches(${tree}::pg_catalog.text, ':funcid ([0-9]+)', 'g') as called (ids)
              join pg_catalog.pg_proc p on p.oid ${EQ} called.ids[1]::pg_catalog.oid
             where p.provolatile operator(pg_catalog.<>) 'i'
               and p.proname operator(pg_catalog.<>) all (array[${HARMLESS.map(quoteLiteral).join(', ')}]::pg_catalog.name[]))`
}

/** The qualified name of an object, whatever the search_path. */
function identity(catalog: string, oid: string): string {
  return `(select o.identity from pg_catalog.pg_identify_object('pg_catalog.${catalog}'::pg_catalog.regclass, ${oid}, 0) o)`
}

function fault(is: string, name: string, from: string, by = 'null'): string {
  return `select pg_catalog.json_build_object('is', '${is}', 'name', (${name})::pg_catalog.text, 'by', (${by})::pg_catalog.text) ${from}`
}

/** Members of a role may do all that it may, and those of PostgreSQL's own may write everywhere. */
function isMemberOf(member: string, owner: string): string {
  return `${member}.roleid ${EQ} any (array[${owner}, pg_catalog.to_regrole('pg_write_all_data')::pg_catalog.oid])`
}

/**
 * An expression: the roles besides those that pgate believes who may write into the table, as an
 * array, `PUBLIC` among them; empty where there are none or there is no table.
 */
export function writersSql(table: string, role: string | undefined): string {
  const { isMe } = trusted(role)
  const of = `pg_catalog.to_regclass(${quoteLiteral(table)})`
  const writes = `privilege_type ${EQ} any (array['INSERT', 'UPDATE', 'DELETE', 'TRUNCATE'])`
  return `array(select coalesce(r.rolname::pg_catalog.text, 'PUBLIC')
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid ${EQ} c.relnamespace
    cross join lateral (
      select a.grantee from pg_catalog.aclexplode(c.relacl) a where a.${writes}
      union
      select a.grantee from pg_catalog.pg_attribute t, pg_catalog.aclexplode(t.attacl) a
       where t.attrelid ${EQ} c.oid and t.attacl is not null and a.${writes}
      union
      select m.member from pg_catalog.pg_auth_members m where ${isMemberOf('m', 'c.relowner')}
    ) w
    left join pg_catalog.pg_roles r on r.oid ${EQ} w.grantee
   where c.oid ${EQ} ${of} and w.grantee operator(pg_catalog.<>) c.relowner
     and (r.oid is null or not (r.rolsuper or ${isMe('r')} or n.nspowner ${EQ} r.oid or ${isOwnerOfDatabase('r.oid')}))
   order by 1)`
}

/**
 * An expression that holds where a look at the tables' own rows is enough to know that
 * {@link inspectionSql} finds nothing and {@link writersSql} nobody, and that the journal has the
 * columns of version 4: a start with nothing to do pays for no more.
 */
export function isPlainSql(tables: readonly string[], journal: string): string {
  const oids = tables.map((table) => `pg_catalog.to_regclass(${quoteLiteral(table)})`)
  return `(select pg_catalog.count(*) ${EQ} ${tables.length} from pg_catalog.pg_class c
    where c.oid ${EQ} any (array[${oids.join(', ')}]::pg_catalog.oid[]) and c.relkind ${EQ} 'r'
      and not (c.relhastriggers or c.relhasrules or c.relhassubclass or c.relrowsecurity)
      and pg_catalog.pg_get_userbyid(c.relowner) ${EQ} any (array[current_user, session_user])
      and not exists (select from pg_catalog.pg_inherits i where i.inhrelid ${EQ} c.oid)
      and not exists (select from pg_catalog.pg_auth_members m where ${isMemberOf('m', 'c.relowner')})
      and (c.oid operator(pg_catalog.<>) pg_catalog.to_regclass(${quoteLiteral(journal)}) or not (
        exists (select from pg_catalog.aclexplode(c.relacl) a
                 where a.grantee operator(pg_catalog.<>) c.relowner and a.privilege_type operator(pg_catalog.<>) 'SELECT')
        or not (select pg_catalog.bool_and(t.attacl is null) and pg_catalog.bool_or(t.attname ${EQ} 'run_id')
                  from pg_catalog.pg_attribute t where t.attrelid ${EQ} c.oid))))`
}

/**
 * What goes before a write, in the same transaction: a lock that keeps triggers and foreign keys
 * from being added, as the write itself would take it, and a query that fails (22012) where there
 * are any. A role that may only attach something to the table can do no more than that.
 */
export function lockSql(tables: readonly string[]): string {
  return `lock table ${tables.join(', ')} in row exclusive mode`
}

/** @see lockSql */
export function assertSql(tables: readonly string[]): string {
  const oids = tables.map((table) => `pg_catalog.to_regclass(${quoteLiteral(table)})`)
  return `select 1 operator(pg_catalog./) (pg_catalog.count(*) ${EQ} 0)::integer
  from pg_catalog.pg_trigger t
 where t.tgrelid ${EQ} any (array[${oids.join(', ')}]::pg_catalog.oid[])
   and (not t.tgisinternal or ${IS_FOREIGN_KEY})`
}
