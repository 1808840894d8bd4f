/**
 * How often the server is to look whether its client is still there, in milliseconds. Without it, a
 * server whose client was killed goes on with all that has been sent.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export const NOTICE_LOSS = 'set client_connection_check_interval = 500'
