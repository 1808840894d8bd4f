import { createHash } from 'node:crypto'
import { Script } from 'node:vm'
import { describe, expect, it } from 'vitest'
import { html, prose } from '../../../../src/sidecar/page/html.ts'
import { PAGE_POLICY, renderPage } from '../../../../src/sidecar/page/page.ts'
import type { RevisionStatus, Status } from '../../../../src/sidecar/status/status.ts'
import { aheadStatus, contractStatus } from '../../../support/browser/page-states.ts'
import { migratingStatus, shutStatus, soundStatus } from '../../../support/browser/page-statuses.ts'
import { statusWith } from '../support.ts'
import { poisoned } from './poisoned.ts'

/** The words of a section, as they are read. */
function wordsIn(status: Status, id: string): string {
  const [, section = ''] =
    new RegExp(`<section id="${id}"[^>]*>(.*?)</section>`, 's').exec(renderPage(status)) ?? []
  return section
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ')
    .trim()
}

/** The ids of the sections that are folded, in their order. */
function foldedIn(status: Status): readonly string[] {
  return [...renderPage(status).matchAll(/<details id="(\w+)-details" data-folded="yes">/g)].map(
    ([, id = '']) => id,
  )
}

describe('a template of markup', () => {
  it('escapes text for elements and attributes, and takes markup as it is', () => {
    const inner = html`<b>${`<&>"'`}</b>`
    expect(html`<p title="${`"'`}">${inner}${[inner]}${1}${null}${false}</p>`.markup).toBe(
      '<p title="&quot;&#39;"><b>&lt;&amp;&gt;&quot;&#39;</b><b>&lt;&amp;&gt;&quot;&#39;</b>1</p>',
    )
  })
})

describe('the page', () => {
  it('escapes every text of the status, wherever it stands', () => {
    const attack = '</style></script><script>alert(1)</script><img src=x onerror="alert(1)">\'"'
    const clean = renderPage(shutStatus())
    const hostile = renderPage(poisoned(shutStatus(), attack))
    expect(hostile.split('&lt;script&gt;').length).toBeGreaterThan(40)
    const tags = (page: string) => page.match(/<\/?(?:script|style|img)\b/g)
    expect(tags(hostile)).toEqual(tags(clean))
    expect(hostile).not.toContain('onerror="')
  })

  it('shows the restore point of the newest run that has one', () => {
    const status = shutStatus()
    const point = { at: '2026-11-26T13:00:01Z', lsn: '0/1A2B3C8', timeline: 1, name: null }
    const [first, ...rest] = status.runs
    if (first === undefined) throw new Error('the status has no runs')
    const runs = [first, { ...first, restorePoint: point }, ...rest]
    expect(wordsIn({ ...status, runs }, 'runs')).toContain(
      'Restore point 2026-11-26 13:00:01 UTC, LSN 0/1A2B3C8, timeline 1',
    )
    expect(wordsIn(status, 'runs')).not.toContain('Restore point')
  })

  it('asks for nothing else, and its policy knows its own style and script alone', () => {
    const page = renderPage(shutStatus())
    const [, style = ''] = /<style>(.*?)<\/style>/s.exec(page) ?? []
    const [, script = ''] = /<script>(.*?)<\/script>/s.exec(page) ?? []
    const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
    expect(PAGE_POLICY).toContain("default-src 'none'; ")
    expect(PAGE_POLICY).toContain(`style-src ${hash(style)}; script-src ${hash(script)};`)
    expect(PAGE_POLICY).not.toContain('unsafe')
    expect(() => new Script(script)).not.toThrow()
    expect(page).not.toMatch(/ style="| on[a-z]+="|@import|url\(/)
    const addresses = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, address]) => address)
    expect(addresses.filter((address) => !/^(?:#|\.\/|data:)/.test(address ?? ''))).toEqual([])
  })

  it('says before the first answer that nothing is known yet, and claims nothing', () => {
    const status = statusWith({
      steps: [{ name: 'wait', state: 'running', durationMs: null, summary: '' }],
    })
    expect(wordsIn(status, 'verdict')).toBe(
      'Starting: wait is under way The API is not started before the gate has opened.',
    )
    expect(wordsIn(status, 'drift')).toBe('Schema not looked at yet')
    expect(wordsIn(status, 'indexes')).toBe('Indexes not looked at yet')
    expect(wordsIn(status, 'blockers')).toBe('Locks not looked at yet')
    expect(wordsIn(status, 'clean')).toBe('')
    expect(wordsIn(status, 'revisions')).toContain('where the database is, is not known yet')
    expect(wordsIn(status, 'steps')).toContain('wait running')
  })

  it('shows of a shut gate the reason, the exit code and what to do', () => {
    expect(wordsIn(shutStatus(), 'verdict')).toMatch(
      /^The gate would be shut now VERIFY_DRIFT exit 60 the live schema .* What to do: Find out who .* The API goes on running\./,
    )
    const lost = { since: '2026-11-21T03:30:00.000Z', message: 'db: connection refused' }
    const { database } = soundStatus()
    const away = soundStatus({ database: { ...database, reachable: false, outage: lost } })
    expect(wordsIn(away, 'verdict')).toMatch(
      /^The database does not answer; the gate was open No answer since 2026-11-21 03:30:00 UTC db: connection refused What was proved last stands/,
    )
  })

  it('lists what was expected and found, invalid indexes with their remedy, and who is in the way', () => {
    const drift = wordsIn(shutStatus(), 'drift')
    expect(drift).toMatch(/^Schema 1 missing, 1 different missing index/)
    expect(drift).toContain(
      'different column public.users.email type expected character varying(320) found text',
    )
    expect(drift).not.toContain('idx_messages_conversation_id')
    expect(wordsIn(shutStatus(), 'indexes')).toContain(
      'What fixes it: drop index concurrently public.idx_messages_conversation_id; pgate repair',
    )
    expect(wordsIn(shutStatus(), 'blockers')).toMatch(
      /3 sessions wait for a lock nightly-report pid 4711 blocks 3 sessions user app_report state idle in transaction since 2026-11-21 03:12:40 UTC query select/,
    )
  })

  it('counts what nothing promises apart from what differs, and folds it', () => {
    const { drift, ...shut } = shutStatus()
    expect(wordsIn({ ...shut, drift }, 'drift')).not.toContain('users_backup')
    expect(wordsIn({ ...shut, drift }, 'extra')).toBe(
      'Not promised 1 object besides what the manifest promises; it shuts no gate table public.users_backup_20261120 kind table',
    )
    expect(foldedIn(shutStatus())).toContain('extra')
    expect(wordsIn(soundStatus(), 'extra')).toBe('')
  })

  it('folds what is clean into one line, and unfolds what is not', () => {
    expect(foldedIn(soundStatus())).toEqual(['clean', 'steps', 'revisions'])
    expect(wordsIn(soundStatus(), 'clean')).toMatch(
      /^Clean schema, indexes, locks: as they should be Schema as promised: 214 objects compared with the manifest Verified .* Fingerprint 9f86d08.* Indexes every index is valid Locks nobody waits for a lock$/,
    )
    expect(['drift', 'indexes', 'blockers'].map((id) => wordsIn(soundStatus(), id))).toEqual(
      Array(3).fill(''),
    )
    expect(foldedIn(shutStatus())).toEqual(['extra', 'steps', 'revisions'])
    expect(wordsIn(shutStatus(), 'clean')).toBe('')
  })

  it('warns of a database that is ahead: it is neither good nor a failure', () => {
    const page = renderPage(aheadStatus())
    expect(wordsIn(aheadStatus(), 'verdict')).toMatch(
      /^The gate is open; the database is ahead The database is at 99aa88bb77cc which these files lack/,
    )
    expect(page).toContain(
      'id="verdict" data-live data-announced="The gate is open; the database is ahead." class="warn"',
    )
    expect(page).toContain('<span class="badge warn">ahead</span>')
    expect(foldedIn(aheadStatus())).not.toContain('revisions')
  })

  it('shows what waits for the contract phase, with the command that runs it', () => {
    expect(wordsIn(contractStatus(), 'revisions')).toMatch(
      /nothing is pending; 1 contract revision left for later Left for the contract phase: f3c9a1d20b77 ; after the roll-out run pgate upgrade --phase contract/,
    )
    expect(foldedIn(contractStatus())).not.toContain('revisions')
  })

  it('says on top which database, pod, server and version it is of', () => {
    const [, identity = ''] =
      /<dl id="identity"[^>]*>(.*?)<\/dl>/s.exec(renderPage(soundStatus())) ?? []
    expect(identity.replace(/<[^>]+>|\s+/g, ' ').replace(/ +/g, ' ')).toMatch(
      /Database db\.internal:5432\/app Pod or host api-5d9c7b6f4-x2x8q Server PostgreSQL 17\.5 at 10\.0\.0\.7:5432, timeline 1 Run 3f2a9c1d pgate \S+, started/,
    )
  })

  it.each([
    [
      'run `pgate repair`, then `a <b>`',
      '<bdi>run <code><bdi>pgate repair</bdi></code>, then <code><bdi>a &lt;b&gt;</bdi></code></bdi>',
    ],
    ['one ` alone', '<bdi>one ` alone</bdi>'],
    ['`a` and ` <script>', '<bdi><code><bdi>a</bdi></code> and ` &lt;script&gt;</bdi>'],
    ['``', '<bdi>``</bdi>'],
  ])('makes of %j code, and markup of nothing in it', (text, markup) => {
    expect(prose(text).markup).toBe(markup)
  })

  it.each([
    'there is no manifest.json',
    'the manifest was written before revision b',
    'PGATE_VERIFY is structure',
    'PGATE_VERIFY is off',
  ])('says that nothing was compared where %s', (notCompared) => {
    const sound = soundStatus()
    const status = { ...sound, verify: { ...sound.verify, notCompared } }
    expect(wordsIn(status, 'drift')).toContain(`Schema not compared: ${notCompared} Verified`)
    expect(wordsIn(status, 'clean')).toMatch(/^Clean indexes, locks:/)
    expect(wordsIn(status, 'verdict')).toMatch(
      /^The gate is open; the schema was not compared The API may start\. Nothing was compared: /,
    )
    expect(renderPage(status)).toContain('class="plain" aria-labelledby="verdict-title"')
    const shut = shutStatus()
    const faulty = { ...shut, verify: { ...shut.verify, notCompared } }
    expect(wordsIn(faulty, 'drift')).toContain(`not compared: ${notCompared}; 1 missing`)
  })

  it('counts what a list leaves out', () => {
    const { drift } = shutStatus()
    const many = {
      ...drift,
      counts: { ...drift.counts, missing: 60, invalidIndexes: 3, faults: 3 },
    }
    expect(wordsIn(shutStatus({ drift: many }), 'drift')).toContain('59 more are not listed.')
    expect(wordsIn(shutStatus({ drift: many }), 'indexes')).toContain('2 more are not listed.')
  })

  it('reports steps, runs and changes with their times', () => {
    expect(wordsIn(soundStatus(), 'steps')).toContain('migrate done 2.7s applied 2 revisions')
    expect(wordsIn(soundStatus(), 'runs')).toContain(
      'upgrade failed 210ms c2d3e4f5a6b7 conversations (3 of 7 statements; 45 batches, 220,000 rows changed, 45%) MIGRATION_FAILED migrations/20261121_0250_c2d3e4f5a6b7_conversations.sql:14:3: column &quot;sent_at&quot; does not exist (undefined_column, SQLSTATE 42703) 2026-11-21 02:52:00 UTC by app_migrate on api-5d9c7b6f4-x2x8q , pgate 0.1.0',
    )
    expect(wordsIn(soundStatus(), 'changes')).toContain(
      '2026-11-21 03:00:04 UTC opened the gate is open',
    )
  })
})

describe('the graph of revisions', () => {
  it('says in words of each revision what the picture shows', () => {
    const words = wordsIn(migratingStatus(), 'revisions')
    expect(words).toContain(
      'f3c9a1d20b77 head pending merge search into main merges e1b0c2d3a4f5, d4e5f6a7b8c9',
    )
    expect(words).toContain('d4e5f6a7b8c9 database is here search applied vectors for documents')
    expect(words).toContain(
      'a9b8c7d6e5f4 head ranking not on the way to the target try another ranking revises b83d5e0f6c21; depends on d4e5f6a7b8c9',
    )
  })

  it('has a shape for each state, and dotted lines for what is only depended on', () => {
    const page = renderPage(migratingStatus())
    const pictures = page.match(/<svg class="lanes".*?<\/svg>/gs) ?? []
    expect(pictures).toHaveLength(7)
    expect(pictures.map((picture) => /class="node full"/.test(picture))).toEqual([
      false,
      false,
      false,
      true,
      true,
      true,
      true,
    ])
    expect(pictures[2]).toMatch(/class="dotted".*<path class="node"/)
    expect(pictures[0]).toContain('<circle class="node" ')
    const legend = wordsIn(migratingStatus(), 'revisions')
    expect(legend).toContain('applied pending not on the way to the target f3c9a1d20b77')
  })

  it('folds old revisions away, draws a hundred at the most, and counts the rest', () => {
    const { revisions } = soundStatus()
    const graph = Array.from(
      { length: 130 },
      (_, index): RevisionStatus => ({
        id: `r${130 - index}`,
        parents: index === 129 ? [] : [`r${129 - index}`],
        dependsOn: [],
        branchLabels: [],
        message: 'one of many',
        created: null,
        head: index === 0,
        state: 'applied',
      }),
    )
    const status = soundStatus({ revisions: { ...revisions, graph, graphLeftOut: 7 } })
    expect(renderPage(status).match(/<svg class="lanes"/g)).toHaveLength(100)
    expect(wordsIn(status, 'revisions')).toContain('88 older revisions')
    expect(wordsIn(status, 'revisions')).toContain('37 more are not drawn')
  })

  it('stays narrow however many branches there are', () => {
    const { revisions } = soundStatus()
    const graph = Array.from(
      { length: 40 },
      (_, index): RevisionStatus => ({
        id: `b${index}`,
        parents: ['elsewhere'],
        dependsOn: [`d${index}`],
        branchLabels: [],
        message: '',
        created: null,
        head: true,
        state: 'pending',
      }),
    )
    const page = renderPage(soundStatus({ revisions: { ...revisions, graph } }))
    const widths = [...page.matchAll(/<svg class="lanes" width="(\d+)"/g)].map(([, width]) =>
      Number(width),
    )
    expect(Math.max(...widths)).toBeLessThanOrEqual(110)
  })

  it('says where the database is at revisions that the files lack', () => {
    const { revisions } = soundStatus()
    const ahead = soundStatus({ revisions: { ...revisions, unknown: ['99aa88bb77cc'] } })
    expect(wordsIn(ahead, 'revisions')).toContain(
      'The database is at 99aa88bb77cc which these files lack',
    )
  })
})
