import { readFile } from 'node:fs/promises'
import { getAsset } from 'node:sea'
import { promisify } from 'node:util'
import { zstdDecompress } from 'node:zlib'
import { IS_BUILT } from '../base/version.ts'

/** The prepared cluster that the build puts next to the chunks. */
export const TEMPLATE_URL = new URL(
  IS_BUILT ? '../embedded/template.tar.zst' : '../../dist/embedded/template.tar.zst',
  import.meta.url,
)

const PIECES = { chunkSize: 16 * 1024 * 1024 }

/** The archive of an empty cluster; `undefined` where nothing was built yet. */
export async function readTemplate(url: URL): Promise<Uint8Array<ArrayBuffer> | undefined> {
  const compressed = await readShipped(url)
  // In few large pieces: joining the default ones of 16 KB takes longer than decompressing.
  return compressed && new Uint8Array(await promisify(zstdDecompress)(compressed, PIECES))
}

async function readShipped(url: URL): Promise<Uint8Array | undefined> {
  if (url.protocol === 'asset:') return new Uint8Array(getAsset(url.pathname.slice(1)))
  return readFile(url).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
}
