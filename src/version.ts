declare const PGATE_VERSION: string | undefined

/** The package's version, put in by the build; sources that run unbuilt say so. */
export const VERSION = typeof PGATE_VERSION === 'string' ? PGATE_VERSION : '0.0.0-source'
