import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signSigv4 } from '../../../alertmanager/notify/aws/sigv4.ts'
import type { HttpRequest } from '../../../alertmanager/notify/http/request.ts'

const credentials = { accessKey: 'AKIDEXAMPLE', secretKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' }
const nowMs = Date.UTC(2015, 7, 30, 12, 36)
const FORM = 'application/x-www-form-urlencoded; charset=utf-8'

/** From the test suite of AWS for this signature, and the example of its documentation. */
const VECTORS: [service: string, request: Partial<HttpRequest>, names: string, signature: string][] = [
  ['service', {}, 'host;x-amz-date', '5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31'],
  [
    'service',
    { url: 'https://example.amazonaws.com/?Param2=value2&Param1=value1' },
    'host;x-amz-date',
    'b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
  ],
  [
    'service',
    {
      ...{ method: 'POST', body: 'Param1=value1' },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    },
    'content-type;host;x-amz-date',
    'ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a',
  ],
  [
    'iam',
    { url: 'https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08', headers: { 'content-type': FORM } },
    'content-type;host;x-amz-date',
    '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7',
  ],
]

test('requests are signed as those of AWS', () => {
  for (const [service, more, names, signature] of VECTORS) {
    const request: HttpRequest = {
      ...{ url: 'https://example.amazonaws.com/', method: 'GET', headers: {}, body: '' },
      ...more,
    }
    const { headers } = signSigv4(request, credentials, { service, region: 'us-east-1', nowMs })
    assert.equal(headers['x-amz-date'], '20150830T123600Z')
    assert.equal(
      headers.authorization,
      `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/${service}/aws4_request, ` +
        `SignedHeaders=${names}, Signature=${signature}`,
    )
  }
})

test('the token of credentials that end is signed too', () => {
  const request: HttpRequest = { url: 'https://example.amazonaws.com/', method: 'GET', headers: {}, body: '' }
  const scope = { service: 'service', region: 'us-east-1', nowMs }
  const { headers } = signSigv4(request, { ...credentials, sessionToken: 'T' }, scope)
  assert.equal(headers['x-amz-security-token'], 'T')
  assert.match(headers.authorization ?? '', /SignedHeaders=host;x-amz-date;x-amz-security-token,/)
})
