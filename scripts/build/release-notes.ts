/**
 * Prints the changelog's section of the version that a tag names: `npm run release:notes -- v1.2.3`. Fails, and
 * with it the release, where that is not the version of package.json or has no section.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import process from 'node:process'
import { ROOT } from './settings.ts'

/** @throws Error where there is none, or an empty one */
export function sectionOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const [own] = sections.filter((text) => text.split(/[\s\]]/, 1)[0]?.replace('[', '') === version)
  const text = own?.slice(own.indexOf('\n')).trim()
  if (!text) throw new Error(`CHANGELOG.md has no section "## ${version}"`)
  return text
}

if (process.argv[1] === import.meta.filename) {
  const [, , tag = ''] = process.argv
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  if (tag !== `v${version}`) throw new Error(`the tag ${tag} is not v${version} of package.json`)
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8')
  process.stdout.write(`${sectionOf(changelog, version)}\n`)
}
