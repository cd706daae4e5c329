import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signAcs3 } from '../../../alertmanager/notify/signing/acs3.ts'
import { signTc3 } from '../../../alertmanager/notify/signing/tc3.ts'

test('requests are signed as the documentation of Alibaba Cloud signs its own', () => {
  const query = 'ImageId=win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd&RegionId=cn-shanghai'
  const request = {
    url: `https://ecs.cn-shanghai.aliyuncs.com/?${query}`,
    method: 'POST',
    headers: {},
    body: '',
  } as const
  const { headers } = signAcs3(request, {
    ...{ accessKeyId: 'YourAccessKeyId', accessKeySecret: 'YourAccessKeySecret', action: 'RunInstances' },
    ...{ version: '2014-05-26', nowMs: Date.UTC(2023, 9, 26, 10, 22, 32), nonce: '3156853299f313e23d1673dc12e1703d' },
  })
  assert.equal(
    headers.authorization,
    'ACS3-HMAC-SHA256 Credential=YourAccessKeyId,' +
      'SignedHeaders=host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version,' +
      'Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0',
  )
})

test('requests are signed as the documentation of Tencent Cloud signs its own', () => {
  const rows = [
    ['*******', '2230eefd229f582d8b1b891af7107b91597240707d778ab3738f756258d7652c'],
    ['EXAMPLE', '72e494ea809ad7a8c8f7a4507b9bddcbaa8e581f516e8da2f66e2c5a96525168'],
  ]
  for (const [end, signature] of rows) {
    const request = {
      url: 'https://cvm.tencentcloudapi.com/',
      method: 'POST',
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: '{"Limit": 1, "Filters": [{"Values": ["\\u672a\\u547d\\u540d"], "Name": "instance-name"}]}',
    } as const
    const { headers } = signTc3(request, {
      ...{ secretId: `AKIDz8krbsJ5yKBZQpn74WFkmLPx3${end}`, secretKey: `Gu5t9xGARNpq86cd98joQYCN3${end}` },
      ...{ service: 'cvm', region: 'ap-guangzhou', action: 'DescribeInstances', version: '2017-03-12' },
      nowMs: 1_551_113_065_000,
    })
    assert.match(headers.authorization ?? '', new RegExp(`SignedHeaders=content-type;host, Signature=${signature}$`))
    assert.equal(headers['x-tc-timestamp'], '1551113065')
  }
})
