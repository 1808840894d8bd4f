import type { Change } from './change.ts'

const RENAMED = 'it may have been renamed: the statement that names it back is shown'
const ORDER = 'it is made again behind the other columns, which verify sees'
const SECRET = 'an option whose value is not read'

/** Damages that `pgate verify --repair-sql` does not repair by itself, each with why it leaves them to a person. */
const BY_HAND: Readonly<Record<string, string>> = {
  'drop type tag cascade': 'a base type and its functions need each other',
  'drop foreign data wrapper nowhere cascade': SECRET,
  'drop server elsewhere cascade': SECRET,
  'alter server elsewhere rename to nearby': SECRET,
  'alter server elsewhere options (drop password)': SECRET,
  'drop foreign table far': SECRET,
  'alter foreign table far rename to near': SECRET,
  "alter table tenants drop column level; alter table tenants add column level varchar(10) constraint tenants_level_check check (level in ('low', 'high'))":
    'columns change places only in a table that is made again',
  'alter table users rename to people': RENAMED,
  'alter table users set schema "Audit"': RENAMED,
  'alter table users rename column state to status': RENAMED,
  'alter trigger users_late on users rename to late': RENAMED,
  'alter sequence tickets rename to ticket_numbers': RENAMED,
  'alter sequence tickets set schema "Audit"': RENAMED,
  'alter type order_state set schema "Audit"': RENAMED,
  'alter type order_state rename to state_of_order': RENAMED,
  'alter domain email rename to mail_address': RENAMED,
  'alter type address rename to place': RENAMED,
  'alter type float_span rename to span': RENAMED,
  'alter schema "Audit" rename to audit': RENAMED,
  'drop domain positive cascade': ORDER,
  'alter table tenants drop column ratio': ORDER,
  'alter table tenants alter size type numeric(12, 4)':
    'the statement would cut values: it is a comment',
  'alter table users alter lower_mail drop expression':
    'the statement would drop the column with its values: it is a comment',
  'alter type address add attribute country text':
    'the statement would drop the attribute with its values: it is a comment',
  'drop table shards_1': 'a partition that is gone, with its rows',
}

/** Why a person has to repair a damage; undefined where the script does it. */
export function byHand({ sql }: Change): string | undefined {
  return BY_HAND[sql.replaceAll(/\s+/g, ' ').trim()]
}

/** How many they are. */
export const BY_HAND_COUNT = Object.keys(BY_HAND).length
