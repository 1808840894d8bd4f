/**
 * How often the server is to look whether its client is still there, in milliseconds. Without it, a
 * server whose client was killed goes on with all that has been sent.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export const NOTICE_LOSS = 'set client_connection_check_interval = 500'

/**
 * How long the server goes on for a client that is silent: two minutes, as the client for the server,
 * where a system's own timing is two hours and more and the locks stand as long. No matter of a Unix
 * socket, for which the server takes the settings and does nothing.
 * @see docs/decisions/0024-when-a-silent-server-is-given-up.md
 */
export const NOTICE_SILENCE = `select ${Object.entries({
  tcp_keepalives_idle: 60,
  tcp_keepalives_interval: 10,
  tcp_keepalives_count: 6,
  tcp_user_timeout: 120_000,
})
  .map(([name, value]) => `pg_catalog.set_config('${name}', '${value}', false)`)
  .join(', ')}`
