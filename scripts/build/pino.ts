/** Leaves out of pino what pgate has no use for: threads, files, and when and where it was loaded. */
import type { Plugin } from 'esbuild'

/**
 * By what pino requires. Lines go to a stream of pgate's own, so transports and the destination that
 * writes files are never made; a snapshot would keep the name of the machine that built it, and when.
 */
const STUBS: Readonly<Record<string, string>> = {
  './lib/transport': 'module.exports = undefined',
  './transport': 'module.exports = undefined',
  './lib/multistream': 'module.exports = {}',
  './multistream': 'module.exports = {}',
  './lib/time': `
    const isoTime = () => ',"time":"' + new Date().toISOString() + '"'
    module.exports = { isoTime, epochTime: isoTime, unixTime: isoTime, nullTime: () => '' }`,
  'sonic-boom': 'module.exports = class SonicBoom {}',
  'node:os': `module.exports = { hostname: () => '' }`,
}

const NAMESPACE = 'pino-stub'

export function slimPinoPlugin(): Plugin {
  return {
    name: NAMESPACE,
    setup({ onResolve, onLoad }) {
      onResolve(
        { filter: /^(?:\.\/(?:lib\/)?(?:transport|multistream|time)|sonic-boom|node:os)$/ },
        ({ path, importer }) =>
          /[\\/]node_modules[\\/]pino[\\/]/.test(importer)
            ? { path, namespace: NAMESPACE }
            : undefined,
      )
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: STUBS[path] ?? '',
        loader: 'js',
      }))
    },
  }
}
