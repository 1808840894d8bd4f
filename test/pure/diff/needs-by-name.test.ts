import { describe, expect, it } from 'vitest'
import type { Definition } from '../../../src/catalog/object-key.ts'
import { needsByName } from '../../../src/diff/needs-by-name.ts'

const OBJECTS = new Map<string, Definition>(
  Object.entries({
    'schema public': {},
    'schema "Audit"': {},
    'extension vector': { schema: 'public' },
    'enum public.state': { labels: ['new'] },
    'table public.users': {},
    'column public.users.id': { type: 'bigint', default: "nextval('public.users_seq'::regclass)" },
    'column public.users.state': { type: 'public.state' },
    'column public.users."odd.name"': { type: 'public.vector(3)' },
    'column public.users.twice': { type: 'integer', generated: '(id * 2)' },
    'sequence public.users_seq': { ownedBy: 'public.users.id' },
    'constraint public.users.users_pkey': { definition: 'PRIMARY KEY (id)' },
    'table "Audit".log': {},
    'column "Audit".log.id': { type: 'bigint' },
    'column "Audit".log.who': { type: 'bigint' },
    'constraint "Audit".log.log_who': {
      definition: 'FOREIGN KEY (who) REFERENCES public.users(id) ON DELETE CASCADE',
    },
    'function public.f(public.users)': { returns: 'bigint', body: 'select 1 from "Audit".log' },
    'function public.f(integer)': { returns: 'bigint', body: 'select 1' },
    'view public.seen': { definition: ' SELECT u.id, public.f(u.*) AS f FROM public.users u;' },
    'column public.seen.id': { type: 'bigint' },
    'owner of view public.seen': { role: 'app' },
    'grant SELECT on view public.seen to app': { on: 'view public.seen' },
  }),
)
const needs = needsByName(OBJECTS)

describe('what is needed, by name', () => {
  it.each([
    ['table "Audit".log', ['schema "Audit"']],
    ['column public.users.id', ['table public.users', 'sequence public.users_seq']],
    ['column public.users.state', ['table public.users', 'enum public.state']],
    ['column public.users."odd.name"', ['table public.users', 'extension vector']],
    ['column public.users.twice', ['table public.users', 'column public.users.id']],
    ['sequence public.users_seq', ['schema public']],
    [
      'constraint "Audit".log.log_who',
      [
        'table "Audit".log',
        'column "Audit".log.who',
        'column public.users.id',
        'constraint public.users.users_pkey',
      ],
    ],
    ['function public.f(public.users)', ['schema public', 'table public.users']],
    [
      'view public.seen',
      [
        'schema public',
        'function public.f(public.users)',
        'function public.f(integer)',
        'table public.users',
        'column public.users.id',
      ],
    ],
    ['grant SELECT on view public.seen to app', ['view public.seen', 'owner of view public.seen']],
  ])('is right of %s', (key, expected) => {
    expect([...(needs.get(key) ?? [])].toSorted()).toEqual(expected.toSorted())
  })

  it('is nothing of what stands by itself', () => {
    expect(needs.has('schema public')).toBe(false)
  })
})
