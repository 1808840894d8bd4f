import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { mustRun } from './command.ts'
import { tableRevisions } from './revisions.ts'
import { createDatabase, dropDatabase } from './server.ts'
import type { Project, Tool } from './tool.ts'

/** What cases need before they can measure, made at its first use and shared from then on. */
export interface Stock {
  /** A folder with so many revisions in the tool's own format. */
  readonly folder: (tool: Tool, count: number) => Promise<string>
  /** Such a folder, and a database to which the tool has applied all of it. */
  readonly applied: (tool: Tool, count: number) => Promise<Project>
  /** An empty folder and database of that name, filled once. */
  readonly project: (name: string, fill: (project: Project) => Promise<void>) => Promise<Project>
}

/** Lends a stock whose databases are dropped afterwards; its folders are below `root`. */
export async function withStock<T>(
  url: string,
  root: string,
  use: (stock: Stock) => Promise<T>,
): Promise<T> {
  const databases: string[] = []
  const folders = new Map<string, Promise<string>>()
  const projects = new Map<string, Promise<Project>>()
  const newDatabase = async (hint: string) => {
    const database = await createDatabase(url, hint)
    databases.push(database)
    return database
  }
  const folder = (tool: Tool, count: number) =>
    remembered(folders, `${tool.name} ${count}`, async (name) => {
      const path = await newFolder(root, name)
      await tool.write(path, tableRevisions(count))
      await tool.complete?.({ folder: path, url })
      return path
    })
  const applied = (tool: Tool, count: number) =>
    remembered(projects, `${tool.name} ${count}`, async (name) => {
      const made = { folder: await folder(tool, count), url: await newDatabase(name) }
      await mustRun(tool.apply(made))
      await tool.settle?.(made)
      return made
    })
  const project: Stock['project'] = (wanted, fill) =>
    remembered(projects, wanted, async (name) => {
      const made = { folder: await newFolder(root, name), url: await newDatabase(name) }
      await fill(made)
      return made
    })
  try {
    return await use({ folder, applied, project })
  } finally {
    for (const database of databases) await dropDatabase(url, database)
  }
}

async function newFolder(root: string, name: string): Promise<string> {
  const path = join(root, name.replaceAll(/\W+/g, '-'))
  await mkdir(path)
  return path
}

function remembered<T>(
  made: Map<string, Promise<T>>,
  name: string,
  make: (name: string) => Promise<T>,
): Promise<T> {
  const known = made.get(name) ?? make(name)
  made.set(name, known)
  return known
}
