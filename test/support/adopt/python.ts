import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildPythonImage, PYTHON_IMAGE } from '../alembic/python-image.ts'
import { queryRows } from '../database/query.ts'
import { docker } from '../docker/docker.ts'
import type { Place, Project } from './project.ts'

/** Their tool in a container that shares this machine's network, so that the URL is the same there. */
function inPython(folder: string, ...command: readonly string[]): readonly string[] {
  return [
    ...['docker', 'run', '--rm', '--network', 'host', '--env', 'DATABASE_URL'],
    ...['--env', 'PYTHONDONTWRITEBYTECODE=1', '--workdir', '/project'],
    ...['--volume', `${folder}:/project:ro`, PYTHON_IMAGE, ...command],
  ]
}

async function python({ folder, url }: Place, ...command: readonly string[]): Promise<void> {
  await buildPythonImage()
  const [, ...args] = inPython(folder, ...command)
  const { exitCode, stdout, stderr } = await docker(args, { env: { DATABASE_URL: url } })
  if (exitCode !== 0) throw new Error(`${command.join(' ')}: ${stdout}${stderr}`)
}

const NEXT_REVISION = `"""add note"""
from alembic import op

revision = "d00000000001"
down_revision = "c27b90e4f530"


def upgrade():
    op.execute("alter table documents add column note text")
`

export const alembicProject: Project = {
  name: 'alembic',
  env: { PGATE_MIGRATIONS: 'alembic' },
  command: ({ folder }) => inPython(folder, 'alembic', 'upgrade', 'head'),
  made: (place) => python(place, 'alembic', 'upgrade', '3f1c9a2b7d10'),
  applied: async ({ url }) => {
    const rows = await queryRows<{ id: string }>(
      url,
      'select version_num as id from alembic_version',
    )
    const line = ['3f1c9a2b7d10', '8a4e5d6c1b20', 'c27b90e4f530', 'd00000000001']
    return line.slice(0, line.indexOf(rows[0]?.id ?? '') + 1)
  },
  all: ['3f1c9a2b7d10', '8a4e5d6c1b20', 'c27b90e4f530'],
  back: async (place) => {
    const file = join(place.folder, 'alembic/versions/d00000000001_add_note.py')
    await writeFile(file, NEXT_REVISION)
    await python(place, 'alembic', 'upgrade', 'head')
  },
}

const NEXT_MIGRATION = `from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("library", "0003_index_shelf")]
    operations = [migrations.RunSQL("alter table library_book add column note text")]
`

export const djangoProject: Project = {
  name: 'django',
  env: { PGATE_MIGRATIONS: 'library/migrations' },
  command: ({ folder }) => inPython(folder, 'python3', 'manage.py', 'migrate', '--no-input'),
  made: (place) => python(place, 'python3', 'manage.py', 'migrate', 'library', '0002'),
  applied: async ({ url }) => {
    const rows = await queryRows<{ name: string }>(
      url,
      "select name from django_migrations where app = 'library' order by id",
    )
    return rows.map(({ name }) => name)
  },
  all: ['0001_initial', '0002_book_shelf', '0003_index_shelf'],
  back: async (place) => {
    await writeFile(join(place.folder, 'library/migrations/0004_note.py'), NEXT_MIGRATION)
    await python(place, 'python3', 'manage.py', 'migrate', '--no-input')
  },
}
