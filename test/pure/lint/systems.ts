/** What is found in a system's revisions, each by itself; what a reviewer would wave through is not among it. */
export interface SystemFindings {
  /** From `examples/`. */
  readonly folder: string
  readonly found: readonly string[]
  /** What the rules alone suspect, and the trace on a throwaway database denies. */
  readonly denied: readonly string[]
}

export const FOUND_IN_SYSTEMS: readonly SystemFindings[] = [
  { folder: '../migrations', found: [], denied: [] },
  { folder: 'ragchat/migrations', found: [], denied: [] },
  {
    folder: 'scoping/migrations',
    found: [],
    // varchar(255) to varchar(500).
    denied: ['5be8f02d6c17:12 breaks-the-running-version', '5be8f02d6c17:12 rewrites-table'],
  },
  {
    folder: 'memory/migrations',
    found: [
      '002:11 scans-under-lock',
      '002:17 blocks-writes-while-building',
      '002:18 blocks-writes-while-building',
    ],
    denied: [],
  },
  {
    folder: 'agents/migrations',
    found: [
      '567cc0f251e5:42 scans-under-lock',
      '567cc0f251e5:47 blocks-writes-while-building',
      '567cc0f251e5:53 blocks-writes-while-building',
      '567cc0f251e5:53 locks-many',
      '567cc0f251e5:54 blocks-writes-while-building',
      '567cc0f251e5:55 blocks-writes-while-building',
      '567cc0f251e5:56 blocks-writes-while-building',
      'c0b7d0e366e7:112 breaks-the-running-version',
      'c0b7d0e366e7:112 rewrites-table',
      'c0b7d0e366e7:114 locks-many',
      'c0b7d0e366e7:114 scans-under-lock',
      'c0b7d0e366e7:131 blocks-writes-while-building',
      'c0b7d0e366e7:139 scans-under-lock',
      'c0b7d0e366e7:145 scans-under-lock',
      'c0b7d0e366e7:152 blocks-writes-while-building',
      'c0b7d0e366e7:154 scans-under-lock',
    ],
    denied: [],
  },
]
