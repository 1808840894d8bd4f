import type { AlembicRevision } from './files.ts'

/** Three revisions in a line, each with a downgrade, of the kinds that most projects have. */
export const LINEAR: readonly AlembicRevision[] = [
  {
    id: '972fc63ffb69',
    message: 'Initial database schema',
    created: '2025-10-18 02:30:00.123456',
    upgrade: [
      'op.create_table(',
      '    "users",',
      '    sa.Column("id", sa.UUID(), server_default=sa.text("gen_random_uuid()"), nullable=False),',
      '    sa.Column("email", sa.String(255), nullable=False, comment="as typed; not normalised"),',
      '    sa.Column("role", sa.Enum("admin", "user", name="user_role"), nullable=False),',
      '    sa.Column("settings", postgresql.JSONB(), server_default="{}", nullable=False),',
      '    sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now()),',
      '    sa.PrimaryKeyConstraint("id"),',
      '    sa.CheckConstraint("email <> \'\'", name="ck_users_email"),',
      ')',
      'op.create_index("ix_users_email", "users", ["email"], unique=True)',
    ],
    downgrade: ['op.drop_table("users")', 'op.execute("DROP TYPE user_role")'],
  },
  {
    id: '567cc0f251e5',
    revises: ['972fc63ffb69'],
    message: 'Touch users: keep updated_at\n\nThe trigger needs a function of its own.',
    created: '2025-10-18 03:55:00',
    upgrade: [
      'op.add_column("users", sa.Column("updated_at", sa.DateTime(timezone=True)))',
      'op.execute("""',
      '    -- Running upgrade nothing -> nothing, as the text of a function may well say',
      '    CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$',
      '    BEGIN',
      "        -- Running upgrade a -> b; it's no line of Alembic's",
      '-- Running upgrade a -> b',
      '        NEW.updated_at := now();',
      '        RETURN NEW;',
      '    END $$;',
      '""")',
      'op.execute("CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch()")',
    ],
    downgrade: [
      'op.execute("DROP TRIGGER touch ON users; DROP FUNCTION touch();")',
      'op.drop_column("users", "updated_at")',
    ],
  },
  {
    id: 'c0b7d0e366e7',
    revises: ['567cc0f251e5'],
    message: 'Guests – 100 % of them',
    created: '2025-10-19 00:58:00+02:00',
    upgrade: [
      'with op.get_context().autocommit_block():',
      '    op.execute("ALTER TYPE user_role ADD VALUE \'guest\'")',
      'users = sa.table("users", sa.column("email", sa.String), sa.column("role", sa.String))',
      'op.execute(users.insert().values(email="guest@100%.example", role=sa.text("\'guest\'::user_role")))',
    ],
    downgrade: ['op.execute("DELETE FROM users WHERE role = \'guest\'")'],
  },
]

/** Two branches with labels that part, an index without a transaction, and the merge of both. */
export const BRANCHED: readonly AlembicRevision[] = [
  {
    id: 'aaa111',
    message: 'Shop',
    created: '2025-01-01 10:00:00',
    upgrade: ['op.create_table("orders", sa.Column("id", sa.Integer, primary_key=True))'],
    downgrade: ['op.drop_table("orders")'],
  },
  {
    id: 'bbb222',
    revises: ['aaa111'],
    message: 'Billing',
    created: '2025-01-02 10:00:00',
    branchLabels: ['billing'],
    upgrade: [
      'op.add_column("orders", sa.Column("cents", sa.BigInteger))',
      'with op.get_context().autocommit_block():',
      '    op.create_index("ix_orders_cents", "orders", ["cents"], postgresql_concurrently=True)',
    ],
    downgrade: [
      'with op.get_context().autocommit_block():',
      '    op.drop_index("ix_orders_cents", postgresql_concurrently=True)',
      'op.drop_column("orders", "cents")',
    ],
  },
  {
    id: 'ccc333',
    revises: ['aaa111'],
    message: 'Shipping',
    created: '2025-01-03 10:00:00',
    branchLabels: ['shipping'],
    upgrade: ['op.add_column("orders", sa.Column("address", sa.Text))'],
    downgrade: ['op.drop_column("orders", "address")'],
  },
  {
    id: 'ddd444',
    revises: ['ccc333'],
    message: 'Tracking',
    created: '2025-01-04 10:00:00',
    upgrade: [
      'op.create_table("parcels",',
      '    sa.Column("id", sa.Integer, primary_key=True),',
      '    sa.Column("order_id", sa.Integer, sa.ForeignKey("orders.id", ondelete="CASCADE")))',
    ],
    downgrade: ['op.drop_table("parcels")'],
  },
  {
    id: 'eee555',
    revises: ['bbb222', 'ddd444'],
    message: 'merge billing and shipping',
    created: '2025-01-05 10:00:00',
  },
]

/** Two bases with two heads; the second depends on the first's branch, and later on a revision. */
export const TWO_BASES: readonly AlembicRevision[] = [
  {
    id: '001',
    message: 'Core',
    created: '2025-02-01 10:00:00',
    branchLabels: ['core'],
    upgrade: ['op.create_table("people", sa.Column("id", sa.Integer, primary_key=True))'],
    downgrade: ['op.drop_table("people")'],
  },
  {
    id: '002',
    revises: ['001'],
    message: 'Names',
    created: '2025-02-03 10:00:00',
    upgrade: ['op.add_column("people", sa.Column("name", sa.Text))'],
    downgrade: ['op.drop_column("people", "name")'],
  },
  {
    id: '101',
    message: 'Reports',
    created: '2025-02-02 10:00:00',
    branchLabels: ['reports'],
    dependsOn: ['core'],
    upgrade: ['op.execute("CREATE VIEW everybody AS SELECT id FROM people")'],
    downgrade: ['op.execute("DROP VIEW everybody")'],
  },
  {
    id: '102',
    revises: ['101'],
    message: 'Reports with names',
    created: '2025-02-02 11:00:00',
    dependsOn: ['002'],
    upgrade: ['op.execute("CREATE VIEW names AS SELECT name FROM people")'],
    downgrade: ['op.execute("DROP VIEW names")'],
  },
]
