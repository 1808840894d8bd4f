import type { Tool } from '../harness/tool.ts'
import { alembic } from './alembic.ts'
import { BUILT_PGATE, pgateCommand } from './pgate.ts'

/** pgate around Alembic, which is not started where nothing has changed. */
export const pgateAlembic: Tool = {
  ...alembic,
  name: 'pgate -- alembic',
  kind: 'pgate',
  apply: (project) => ({
    ...pgateCommand(BUILT_PGATE, ['--', 'alembic', 'upgrade', 'head'], project),
    cwd: project.folder,
  }),
}
