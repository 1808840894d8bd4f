import { describe, expect, it } from 'vitest'
import { thereAndBack } from '../../support/diff/there-and-back.ts'
import { anyServer } from '../../support/servers/servers.ts'
import { RICH_SCHEMA } from '../verify-rich-schema.ts'

/** Roles are the cluster's: they are there on both sides. */
const ROLES = ['rich_app', 'rich_owner']
  .map(
    (role) => `do $$ begin create role ${role};
      exception when duplicate_object or unique_violation then null; end $$;`,
  )
  .join('\n')

/** Without what pgate leaves to a person: secrets of options, and a base type. */
const WRITABLE = RICH_SCHEMA.replaceAll(/, (?:password|secret) 'CANARY'/g, '').replace(
  /create type tag;.*?like = text\);/s,
  '',
)

describe.each(anyServer())('a schema with something of every kind on $name', (server) => {
  it('is made from nothing, and taken down to nothing', async () => {
    const { there, back } = await thereAndBack(server, ROLES, WRITABLE)
    expect({ there: there.failure, back: back.failure }).toEqual({})
    expect([there.unwritten, back.unwritten]).toEqual([[], []])
    // PostgreSQL prints these two otherwise once it has read what it prints.
    expect(there.wrong).toEqual([
      'constraint public.tenants.tenants_level_check',
      'constraint public.tenants.tenants_size_check',
    ])
    expect(back.wrong).toEqual([])
  }, 60_000)
})
