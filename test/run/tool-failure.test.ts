import { expect, test } from 'vitest'
import { toolFailure } from '#src/run/executors/tool-failure.ts'

test.each<[string, string, string[], RegExp, string]>([
  [
    'uv behind a proxy that is gone',
    'uv',
    [
      'error: Request failed after 3 retries in 6.3s',
      'cause: Failed to fetch: https://pypi.org/simple/supervisor/',
      'cause: tunnel error: unexpected end of file',
    ],
    /uv cannot download: pypi\.org does not answer/,
    'network',
  ],
  [
    'hf without a name server',
    'hf',
    ["HTTPSConnectionPool(host='huggingface.co'): Max retries exceeded (Temporary failure in name resolution)"],
    /hf cannot download: the server does not answer/,
    'network',
  ],
  [
    'a certificate of the company',
    'uv',
    [
      'cause: error sending request for url (https://pypi.org/simple/x/)',
      'cause: invalid peer certificate: UnknownIssuer',
    ],
    /does not trust the certificate of pypi\.org/,
    'network',
  ],
  [
    'an index with a password',
    'uv',
    ['error: HTTP status client error (401 Unauthorized)'],
    /does not let uv in/,
    'network',
  ],
  [
    'a full disk',
    'uv',
    ['error: Failed to install: torch-2.13.0.whl', 'cause: No space left on device (os error 28)'],
    /uv found the disk full/,
    'machine',
  ],
  [
    'a mirror that lags',
    'uv',
    [
      'error: No solution found when resolving dependencies',
      'cause: Because there is no version of openai==3.54.0 and you require openai==3.54.0, we can conclude that your requirements are unsatisfiable.',
    ],
    /the index does not have/,
    'failed',
  ],
  ['no rights', 'apt-get', ['E: Could not open lock file - open (13: Permission denied)'], /as this user/, 'machine'],
])('%s', (_, tool, lines, what, exit) => {
  const failure = toolFailure(tool, lines)
  expect(failure).toMatchObject({ what: expect.stringMatching(what), exit })
  expect(lines).toContain(failure?.why)
})

test('what fails for a reason of its own is left to the tool', () => {
  expect(toolFailure('uv', ['error: No solution found when resolving dependencies:'])).toBeNull()
})

test('an address is told without the user and password in it', () => {
  const lines = ['error: Failed to fetch: https://user:secret@index.example/simple/']
  expect(toolFailure('uv', lines)?.what).not.toContain('secret')
})
