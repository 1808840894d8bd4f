declare const PGATE_VERSION: string | undefined

/** True in the bundle, whose chunks lie next to what they read; false where sources run unbuilt. */
export const IS_BUILT = typeof PGATE_VERSION === 'string'

/** The package's version, put in by the build; sources that run unbuilt say so. */
export const VERSION = typeof PGATE_VERSION === 'string' ? PGATE_VERSION : '0.0.0-source'
