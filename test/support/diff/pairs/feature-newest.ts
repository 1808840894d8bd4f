import type { Pair } from '../pair.ts'

/** What came with PostgreSQL 18. */
export const NEWEST_FEATURES: readonly Pair[] = [
  {
    name: 'a virtual generated column',
    since: 18,
    from: `create table t (id integer primary key, n integer, made integer generated always as (n + 1) virtual)`,
    to: `create table t (id integer primary key, n integer, made integer generated always as (n + 2) virtual,
      other integer generated always as (n * 3) virtual)`,
    rows: `insert into t values (1, 2)`,
  },
  {
    name: 'the name of a not-null constraint',
    since: 18,
    isUnread: true,
    from: `create table t (id integer not null)`,
    to: `create table t (id integer constraint id_is_there not null)`,
  },
  {
    name: 'a key without overlaps, and a foreign key of periods',
    since: 18,
    from: `create table rooms (id int4range not null, during daterange not null)`,
    to: `create table rooms (id int4range not null, during daterange not null, primary key (id, during without overlaps));
      create table stays (id int4range, during daterange,
        foreign key (id, period during) references rooms (id, period during))`,
    rows: `insert into rooms values ('[1,2)', '[2024-01-01,2024-02-01)')`,
  },
  {
    name: 'constraints that are not enforced',
    since: 18,
    both: `create table u (id integer primary key);`,
    from: `create table t (id integer primary key, n integer, constraint loose check (n > 0), constraint other foreign key (n) references u not enforced)`,
    to: `create table t (id integer primary key, n integer, constraint loose check (n > 0) not enforced, constraint other foreign key (n) references u)`,
  },
]

/** pgvector's types and indexes. */
export const VECTOR_FEATURES: readonly Pair[] = [
  vectorPair('an HNSW index', 'vector(3)', 'using hnsw (v vector_cosine_ops) with (m = 8)'),
  vectorPair('an IVFFlat index', 'vector(3)', 'using ivfflat (v vector_l2_ops) with (lists = 2)'),
  vectorPair('a half-precision vector', 'halfvec(3)', 'using hnsw (v halfvec_l2_ops)'),
  vectorPair('a sparse vector', 'sparsevec(9)', 'using hnsw (v sparsevec_l2_ops)'),
  vectorPair(
    'an index on a quantized vector',
    'vector(3)',
    'using hnsw ((binary_quantize(v)::bit(3)) bit_hamming_ops)',
  ),
]

function vectorPair(name: string, type: string, index: string): Pair {
  return {
    name,
    vector: true,
    isApart: true,
    both: 'create extension vector;',
    from: 'create table t (id integer primary key)',
    to: `create table t (id integer primary key, v ${type}); create index i on t ${index}`,
    rows: 'insert into t values (1)',
  }
}
