import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { AlembicProject } from './alembic.ts'
import { runInAlembic } from './alembic.ts'

/** What Alembic's own `ScriptDirectory` says of a folder; lists are sorted. */
export interface ScriptDirectory {
  readonly heads: readonly string[]
  readonly bases: readonly string[]
  readonly revisions: Readonly<
    Record<
      string,
      {
        readonly revises: readonly string[]
        readonly dependsOn: readonly string[]
        readonly labels: readonly string[]
        /** The docstring's first paragraph. */
        readonly doc: string
      }
    >
  >
}

/** For each folder that is named, one that has an alembic.ini by that, else as the script directory. */
const DRIVER = `import json, os, sys
from alembic.config import Config
from alembic.script import ScriptDirectory

def describe(folder):
    os.chdir(folder)
    has_ini = os.path.exists("alembic.ini")
    scripts = ScriptDirectory.from_config(Config("alembic.ini")) if has_ini else ScriptDirectory(".")
    return {
        "heads": sorted(scripts.get_heads()),
        "bases": sorted(scripts.get_bases()),
        "revisions": {
            script.revision: {
                "revises": sorted(script._versioned_down_revisions),
                "dependsOn": sorted(script._resolved_dependencies),
                "labels": sorted(script._orig_branch_labels),
                "doc": script.doc,
            }
            for script in sorted(scripts.walk_revisions(), key=lambda script: script.revision)
        },
    }

print(json.dumps([describe("/project/" + name) for name in json.loads(sys.argv[1])]))
`

/** Asks the real Alembic about folders of a project, in one call. */
export async function askScriptDirectories(
  project: AlembicProject,
  folders: readonly string[],
): Promise<readonly ScriptDirectory[]> {
  await writeFile(join(project.path, 'driver.py'), DRIVER)
  const call = ['python3', '-W', 'ignore', 'driver.py', JSON.stringify(folders)]
  const { exitCode, stdout, stderr } = await runInAlembic(project, call)
  if (exitCode !== 0) throw new Error(stdout + stderr)
  return JSON.parse(stdout) as readonly ScriptDirectory[]
}

/** Files by their paths, below a folder. */
export async function writeFiles(
  folder: string,
  files: Readonly<Record<string, string>>,
): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, path)), { recursive: true })
    await writeFile(join(folder, path), text)
  }
}
