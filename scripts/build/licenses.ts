/**
 * The licences of what is bundled: `dist` is all that ships, so the texts that its packages ask to
 * be kept lie in it.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Metafile } from 'esbuild'

const TEXT = /^(licen[cs]e|copying|notice)/i

/**
 * Writes `THIRD-PARTY-LICENSES.txt`; rejects where a bundled package has no licence at all.
 * @param more texts of what is no package
 */
export async function writeLicenses(
  root: string,
  metafile: Metafile,
  { outdir, more }: { readonly outdir: string; readonly more: readonly string[] },
): Promise<void> {
  const parts = [...more]
  for (const folder of packagesOf(metafile)) parts.push(await licenseOf(join(root, folder)))
  await writeFile(join(outdir, 'THIRD-PARTY-LICENSES.txt'), parts.join(`\n${'-'.repeat(80)}\n\n`))
}

/**
 * `node_modules/@scope/name` of every package that gave the bundle a file, in order. A plugin's
 * inputs carry its name and an absolute path (`named-exports:/…/node_modules/…`): both are cut off.
 */
export function packagesOf({ inputs }: Metafile): readonly string[] {
  const folders = Object.keys(inputs).flatMap((path) => {
    const [folder] = /node_modules\/(?:.*\/node_modules\/)?(?:@[^/]+\/)?[^/]+/.exec(path) ?? []
    return folder === undefined ? [] : [folder]
  })
  return [...new Set(folders)].toSorted()
}

/** Some have it there alone, under a heading of its own. */
async function fromReadme(folder: string, name: string): Promise<string> {
  const readme = await readFile(join(folder, 'README.md'), 'utf8')
  const [, text] = /^#+[ \t]*licen[cs]e[ \t]*\n+([\s\S]{200,})/im.exec(readme) ?? []
  if (text === undefined) throw new Error(`${name} has no text of its licence`)
  return text
}

async function licenseOf(folder: string): Promise<string> {
  const { name, version, license } = JSON.parse(
    await readFile(join(folder, 'package.json'), 'utf8'),
  )
  if (typeof license !== 'string') throw new Error(`${name} names no licence`)
  const files = (await readdir(folder)).filter((file) => TEXT.test(file)).toSorted()
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')))
  if (texts.length === 0) texts.push(await fromReadme(folder, name))
  return [`${name} ${version} (${license})\n`, ...texts.map((text) => `${text.trim()}\n`)].join(
    '\n',
  )
}
