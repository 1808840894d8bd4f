import type { Pair } from '../pair.ts'

const BY_RANGE = 'partition by range (id)'

/** Partitions that come and go with what they have of their table. */
export const MOVING_PARTITIONS: readonly Pair[] = [
  {
    name: 'a partition that is detached keeps its keys, checks and indexes, and brings them back',
    both: `create table r (id integer primary key); create table p (id integer not null, n text, r integer constraint p_r references r,
        constraint p_pkey primary key (id), constraint p_n check (n <> '')) ${BY_RANGE}; create index p_i on p (n);`,
    from: 'create table a partition of p for values from (0) to (10)',
    to: `create table a (id integer not null, n text, r integer constraint p_r references r, constraint a_pkey primary key (id),
        constraint p_n check (n <> '')); create index a_n_idx on a (n)`,
    rows: `insert into r values (1); insert into p values (1, 'x', 1)`,
  },
  {
    name: 'a table becomes a partition that lacks the check of its table',
    both: `create table p (id integer not null, n integer, constraint p_n check (n > 0)) ${BY_RANGE};`,
    from: 'create table a (id integer not null, n integer)',
    to: 'create table a partition of p for values from (0) to (10)',
    rows: 'insert into a values (1, 1)',
  },
  {
    name: 'a partitioned table goes, to which a foreign key refers',
    from: `create table p (a integer primary key) partition by range (a); create table q partition of p for values from (0) to (9);
      create table x (a integer references p)`,
    to: 'create table x (a integer)',
    rows: 'insert into x values (null)',
  },
  {
    name: 'a partition goes, and a foreign key goes on referring to its table',
    both: `create table p (a integer primary key) partition by range (a); create table x (a integer references p);`,
    from: 'create table q partition of p for values from (0) to (9); create table o partition of p default',
    to: 'create table o partition of p default',
  },
  {
    name: 'a new column whose default one partition has otherwise',
    from: `create table p (id integer, n text) ${BY_RANGE}; create table a partition of p for values from (0) to (1);
      create table b partition of p for values from (1) to (2)`,
    to: `create table p (id integer, n text default 'x', z integer not null default 4) ${BY_RANGE};
      create table a partition of p for values from (0) to (1); create table b partition of p for values from (1) to (2);
      alter table b alter z set default 9`,
    rows: `insert into p values (1, 'a')`,
  },
  {
    name: 'bounds that overlap with old ones, of rows that a foreign key refers to',
    both: `create table p (id integer primary key) ${BY_RANGE}; create table x (id integer references p);`,
    from: `create table a partition of p for values from (0) to (10); create table b partition of p for values from (10) to (20)`,
    to: `create table a partition of p for values from (0) to (5); create table b partition of p for values from (5) to (20)`,
    rows: 'insert into p values (1), (12); insert into x values (1), (12)',
  },
  {
    name: 'bounds that are exchanged between partitions, and those of one that goes',
    both: `create table p (id integer) ${BY_RANGE}; create table a partition of p for values from (0) to (10);`,
    from: `create table b partition of p for values from (10) to (20); create table c partition of p for values from (20) to (30);
      create table d partition of p for values from (30) to (40)`,
    to: `create table b partition of p for values from (20) to (30); create table c partition of p for values from (10) to (20);
      create table e partition of p for values from (30) to (40)`,
    rows: 'insert into p values (1)',
  },
  {
    name: 'partitions by hash under a modulus that is no multiple, of a table that refers to itself',
    both: `create table p (id integer primary key, up integer constraint p_up references p) partition by hash (id);`,
    from: `create table a partition of p for values with (modulus 2, remainder 0); create table b partition of p for values with (modulus 2, remainder 1)`,
    to: `create table a partition of p for values with (modulus 3, remainder 0); create table b partition of p for values with (modulus 3, remainder 1);
      create table c partition of p for values with (modulus 3, remainder 2)`,
  },
  {
    name: 'a partitioned table that refers to itself goes',
    from: `create table p (id integer primary key, up integer constraint p_up references p) ${BY_RANGE}; create table a partition of p default`,
    to: '',
  },
  {
    name: 'a column of the partition key that is of another type',
    unwritten: ['column public.p.id'],
    from: `create table p (id integer, n integer) ${BY_RANGE}; create table a partition of p default`,
    to: `create table p (id bigint, n bigint) ${BY_RANGE}; create table a partition of p default`,
    rows: 'insert into p values (1, 1)',
  },
]
