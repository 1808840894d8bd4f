import { X509Certificate } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { encryptionsFor } from '../../../../src/postgres/connect/connection.ts'
import { SSL_MODES } from '../../../../src/postgres/connect/target.ts'
import { nameProblem } from '../../../../src/postgres/connect/tls.ts'

describe('encryptionsFor', () => {
  it.each([
    ['disable', ['plain']],
    ['allow', ['plain', 'tls']],
    ['prefer', ['offered', 'plain']],
    ['require', ['tls']],
    ['verify-ca', ['tls']],
    ['verify-full', ['tls']],
  ] as const)('tries for %s what libpq does', (sslmode, encryptions) => {
    expect(encryptionsFor({ sslmode }, 'db')).toEqual(encryptions)
  })

  it.each(SSL_MODES)('never encrypts a Unix socket, for %s', (sslmode) => {
    expect(encryptionsFor({ sslmode }, '/run/pg')).toEqual(['plain'])
  })
})

/** Common name 192.0.2.1, and no alternative name. */
const PLAIN = `-----BEGIN CERTIFICATE-----
MIIBfTCCASOgAwIBAgIUL6qC0MvEpGMC5yOunFVWZxHkoC0wCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTkyLjAuMi4xMB4XDTI2MTEyMTAwNTEwN1oXDTM2MTExODAw
NTEwN1owFDESMBAGA1UEAwwJMTkyLjAuMi4xMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAE01COti/j8VtfthKgGYUvl86WZjKQjwb3NmBArcDNgwOF1i8HdicK6Jea
HgjtzOPMUG34sTsG2ajSWeRX50minaNTMFEwHQYDVR0OBBYEFPGmr7XJoxg7oZmK
Sir0+TxHOvs4MB8GA1UdIwQYMBaAFPGmr7XJoxg7oZmKSir0+TxHOvs4MA8GA1Ud
EwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgOon7kscy0XAsDEtYjth4XxzT
ohWWUVaabx5A5uQwnmUCIQCQoZpRB2G4lEsdSCGP8lW0tG2ovXmiDEeZ8pQXSlgN
mw==
-----END CERTIFICATE-----`

/** Common name 192.0.2.1; alternative names db.example, *.wild.example and 192.0.2.7. */
const ALTERNATIVE = `-----BEGIN CERTIFICATE-----
MIIBrDCCAVGgAwIBAgIUF5eLa24JScIrJ7RoI659x/aD9lMwCgYIKoZIzj0EAwIw
FDESMBAGA1UEAwwJMTkyLjAuMi4xMB4XDTI2MTEyMTAwNTEwN1oXDTM2MTExODAw
NTEwN1owFDESMBAGA1UEAwwJMTkyLjAuMi4xMFkwEwYHKoZIzj0CAQYIKoZIzj0D
AQcDQgAEOy43o5M+mfVGnvzQIjqy3YXH1hNiIMNKoSX8hlRaNd/vFuZdsfXzbDS9
JKcx4szjNJkucNR3Hi6PpNIpXJKPLaOBgDB+MB0GA1UdDgQWBBSPAIfLbb56NGJG
2BOEnf/R/kE23jAfBgNVHSMEGDAWgBSPAIfLbb56NGJG2BOEnf/R/kE23jAPBgNV
HRMBAf8EBTADAQH/MCsGA1UdEQQkMCKCCmRiLmV4YW1wbGWCDioud2lsZC5leGFt
cGxlhwTAAAIHMAoGCCqGSM49BAMCA0kAMEYCIQCZcYKLKQwYuxUMbkd49PHM4/xC
87RIJEkuUvLPzmq5BAIhALpomdFDehksqeNY8aHuxZJx6Dtyr2SS4h5kRQQlXQo3
-----END CERTIFICATE-----`

describe('nameProblem', () => {
  it.each([
    ['192.0.2.1', PLAIN, undefined],
    ['192.0.2.2', PLAIN, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['db.example', ALTERNATIVE, undefined],
    ['DB.example', ALTERNATIVE, undefined],
    ['a.wild.example', ALTERNATIVE, undefined],
    ['a.b.wild.example', ALTERNATIVE, 'ERR_TLS_CERT_ALTNAME_INVALID'],
    ['192.0.2.7', ALTERNATIVE, undefined],
    ['192.0.2.1', ALTERNATIVE, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('decides on %s', (host, pem, code) => {
    const certificate = new X509Certificate(pem).toLegacyObject()
    expect(Reflect.get(nameProblem(host, certificate) ?? {}, 'code')).toBe(code)
  })
})
