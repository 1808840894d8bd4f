/** What takes a project of Alembic's to pgate, what reaches most first. @see docs/coming-from-alembic.md */
export const ALEMBIC_WAYS = [
  "Set PGATE_MIGRATIONS to Alembic's own folder and let Alembic migrate, with the gate around it: pgate -- alembic upgrade head",
  'make one file of the database as it is: pg_dump --schema-only "$DATABASE_URL" | pgate baseline',
  'make a file of each revision, recorded: pgate import alembic --record',
  'or rendered: alembic upgrade head --sql | pgate import alembic',
].join('; ')
