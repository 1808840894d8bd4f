/** What lies next to the program for people and scanners: its licences and its bill of materials. */
import type { Metafile } from 'esbuild'
import { packagesOf, writeLicenses } from './licenses.ts'
import { PARSER_PARTS, partComponent, partLicense, runtimeParts, SERVER_PARTS } from './native.ts'
import { writeSbom } from './sbom.ts'
import { ROOT } from './settings.ts'

/** @param runtime Node.js and the built-in PostgreSQL go along: their licences and entries too */
export async function writeNotices(
  metafile: Metafile,
  { outdir, runtime }: { readonly outdir: string; readonly runtime: boolean },
): Promise<void> {
  const native = [...(runtime ? [...runtimeParts(), ...SERVER_PARTS] : []), ...PARSER_PARTS]
  const texts = await Promise.all(native.map(partLicense))
  const more = texts.filter((text) => text !== undefined)
  await writeLicenses(ROOT, metafile, { outdir, more })
  const components = native.map(partComponent)
  await writeSbom(ROOT, packagesOf(metafile), { outdir, components })
}
