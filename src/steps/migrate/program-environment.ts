import { CONNECTION_VARIABLES } from '../../config/connection-variables.ts'
import type { StepContext } from '../../config/context.ts'
import { twinName } from '../../config/variables.ts'
import type { ConnectionTarget } from '../../postgres/connect/target.ts'
import { urlOfTarget } from '../../postgres/connect/url-of-target.ts'

type Environment = NonNullable<StepContext['environment']>

/**
 * The environment of a program that migrates: pgate's own, and DATABASE_URL as pgate itself understands
 * its settings where there is none.
 */
export function programEnvironment({
  environment = {},
  config: { connection },
}: Pick<StepContext, 'environment' | 'config'>): NodeJS.ProcessEnv {
  if (environment.DATABASE_URL || connection === undefined) return { ...environment }
  return { ...environment, DATABASE_URL: urlOfTarget(connection) }
}

/** An environment with the connection as libpq's variables, whatever it was given as; what it lacks is undefined. */
export function libpqEnvironment(target: ConnectionTarget, environment: Environment): Environment {
  const { hosts, passfile, password, sslmode, targetSessionAttrs } = target
  return {
    ...environment,
    ...prefixed('PG', {
      HOST: hosts.map(({ host }) => host).join(','),
      PORT: hosts.map(({ port }) => port).join(','),
      USER: target.user,
      DATABASE: target.database,
      PASSWORD: password,
      PASSFILE: passfile,
      OPTIONS: target.options,
      SSLMODE: sslmode,
      SSLROOTCERT: target.sslRootCert,
      SSLCERT: target.sslCert,
      SSLKEY: target.sslKey,
      SSLCRL: target.sslCrl,
      TARGETSESSIONATTRS: targetSessionAttrs === 'any' ? undefined : targetSessionAttrs,
    }),
  }
}

/**
 * An environment that leads to another database, by every name that says where one is; of what led
 * elsewhere nothing is left but the driver that a URL names.
 */
export function environmentOn(target: ConnectionTarget, environment: Environment): Environment {
  const names = CONNECTION_VARIABLES.flatMap(({ name }) => [name, twinName(name)])
  const rest = Object.entries(environment).filter(([name]) => !names.includes(name))
  const { hosts, user, database, password } = target
  const [{ host, port } = { host: 'localhost', port: 5432 }] = hosts
  // The default stays away: to pg for Node.js it is a demand.
  const sslmode = target.sslmode === 'prefer' ? undefined : target.sslmode
  const parts = { HOST: host, PORT: String(port), USER: user, PASSWORD: password }
  const url = (name: string) =>
    urlOfTarget(target, /^[^:]+(?=:)/.exec(environment[name] ?? '')?.[0])
  return {
    ...Object.fromEntries(rest),
    DATABASE_URL: url('DATABASE_URL'),
    DATABASE__URL: url('DATABASE__URL'),
    ...prefixed('DB_', { ...parts, NAME: database }),
    ...prefixed('PG', { ...parts, DATABASE: database, SSLMODE: sslmode }),
  }
}

function prefixed(
  prefix: string,
  parts: Readonly<Record<string, string | undefined>>,
): Environment {
  return Object.fromEntries(
    Object.entries(parts).map(([name, value]) => [`${prefix}${name}`, value]),
  )
}
