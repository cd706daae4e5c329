import assert from 'node:assert/strict'
import { test } from 'node:test'
import { redact } from '../../../alertmanager/notify/http/redact.ts'

const URL = 'https://us:pass-word@hooks.test/services/T0000/hunter2-hunter2?token=tok%20en-1234&a=b'

test('neither the URL nor a piece of it that may be a token is told', () => {
  const rows: [text: string, told: string][] = [
    [`connect to ${URL} failed`, 'connect to <redacted> failed'],
    ['Cannot POST /services/T0000/hunter2-hunter2', 'Cannot POST <redacted>'],
    ['no token hunter2-hunter2 here', 'no token <redacted> here'],
    ['token "tok en-1234"', 'token "<redacted>"'],
    ['pass-word', '<redacted>'],
    ['key s3 is wrong', 'key <redacted> is wrong'],
    ['all is well: a, b', 'all is well: a, b'],
  ]
  for (const [text, told] of rows) assert.equal(redact(text, URL, ['s3', '']), told)
  assert.equal(redact('Invalid URL: hunter2', 'hunter2', []), 'Invalid URL: <redacted>')
  assert.equal(redact('bad %zz-zz-zz-zz', 'http://h/%zz-zz-zz-zz', []), 'bad <redacted>')
})
