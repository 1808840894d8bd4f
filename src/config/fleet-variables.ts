import type { Variable } from './variable.ts'

/** Many databases, or many schemas, by one call. */
export const FLEET_VARIABLES = [
  {
    name: 'PGATE_FLEET',
    group: 'fleet',
    kind: 'text',
    otherwise: '`pgate fleet` has no targets',
    example: '/run/secrets/tenants.txt',
    option: 'fleet',
    doc: 'The targets of `pgate fleet`. A file, one target a line: a URL, `name URL`, `name URL schema`, or a JSON object with `name`, `url`, `database`, `schema`. Or `query:` and a SELECT on the connection above that returns columns of these names; `database` is another database of the same server, `schema` another schema. The file holds passwords: mount it as a secret. See [Fleets](fleets.md).',
  },
  {
    name: 'PGATE_FLEET_CONCURRENCY',
    group: 'fleet',
    kind: 'count',
    default: '8',
    example: '16',
    option: 'fleetConcurrency',
    doc: 'How many targets are worked on at a time. There are never more connections than this and one.',
  },
  {
    name: 'PGATE_FLEET_CANARY',
    group: 'fleet',
    kind: 'countOrNone',
    default: 'none',
    example: '5',
    option: 'fleetCanary',
    doc: 'How many targets, the first of the list, go before all others. Where one of them fails, no other is touched.',
  },
  {
    name: 'PGATE_FLEET_STOP_AFTER',
    group: 'fleet',
    kind: 'countOrNone',
    default: 'none',
    example: '10',
    option: 'fleetStopAfter',
    doc: 'After how many failures no further target is begun; `none`: every target has its turn.',
  },
  {
    name: 'PGATE_FLEET_SHARDS',
    group: 'fleet',
    kind: 'countOrNone',
    default: 'none',
    example: '10',
    option: 'fleetShards',
    doc: 'Into how many shards the targets are divided, by a hash of the name. This call works on one of them, which JOB_COMPLETION_INDEX names.',
  },
  {
    name: 'JOB_COMPLETION_INDEX',
    group: 'fleet',
    kind: 'index',
    otherwise: 'no shard',
    example: '3',
    option: 'fleetShard',
    doc: 'The shard of PGATE_FLEET_SHARDS, from 0, that this call works on. Kubernetes sets it in every pod of an Indexed Job; it is read where PGATE_FLEET_SHARDS is set.',
  },
] as const satisfies readonly Variable[]
