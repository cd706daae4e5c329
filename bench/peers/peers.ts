import { existsSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const ROOT = join(import.meta.dirname, '../../.cache/peers/root')

/** A log agent to compare with: how it is started to read a tree of pod logs and send bulk requests. */
export interface Peer {
  readonly name: string
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

export interface PeerOptions {
  readonly podsDir: string
  readonly stateDir: string
  readonly port: number
}

/** The peers that `bench/peers/install.sh` unpacked; an empty list without them. */
export function installedPeers(options: PeerOptions): readonly Peer[] {
  if (!existsSync(ROOT)) return []
  return [rsyslog(options), syslogNg(options)]
}

function libraryPath(): string {
  const libraries = new Set(
    readdirSync(ROOT, { recursive: true, withFileTypes: true })
      .filter((entry) => /\.so(?:\.|$)/.test(entry.name))
      .map((entry) => entry.parentPath),
  )
  return [...libraries].join(':')
}

function rsyslog({ podsDir, stateDir, port }: PeerOptions): Peer {
  const modules = join(ROOT, 'usr/lib/x86_64-linux-gnu/rsyslog')
  // `field` counts from one, and the path begins with a slash.
  const podField = podsDir.split('/').length + 1
  const config = join(stateDir, 'rsyslog.conf')
  writeFileSync(
    config,
    `global(workDirectory="${stateDir}")
module(load="imfile" mode="inotify") module(load="omelasticsearch")
template(name="doc" type="list" option.jsonf="on"){
  property(outname="@timestamp" name="$.ts" format="jsonf") property(outname="stream" name="$.st" format="jsonf")
  property(outname="message" name="$.m" format="jsonf") property(outname="pod" name="$.pod" format="jsonf")
  property(outname="ns" name="$.ns" format="jsonf") property(outname="ctr" name="$.ctr" format="jsonf")}
ruleset(name="k"){
  set $.d = field($!metadata!filename, 47, ${podField}); set $.ctr = field($!metadata!filename, 47, ${podField + 1});
  set $.ns = field($.d, 95, 1); set $.pod = field($.d, 95, 2);
  set $.ts = field($msg, 32, 1); set $.st = field($msg, 32, 2);
  set $.m = substring($msg, strlen($.ts) + strlen($.st) + 4, 65536);
  action(type="omelasticsearch" server="127.0.0.1" serverport="${port}" template="doc" searchIndex="logs" bulkmode="on"
    maxbytes="10m" queue.type="LinkedList" queue.dequeueBatchSize="2000" queue.size="100000") }
input(type="imfile" File="${podsDir}/*/*/*.log" Tag="k" addMetadata="on" ruleset="k" freshStartTail="off")
`,
  )
  return {
    name: 'rsyslog',
    command: join(ROOT, 'usr/sbin/rsyslogd'),
    args: ['-n', '-f', config, '-i', join(stateDir, 'rsyslog.pid'), '-M', modules],
    env: { LD_LIBRARY_PATH: libraryPath() },
  }
}

function syslogNg({ podsDir, stateDir, port }: PeerOptions): Peer {
  const modules = dirname(join(ROOT, 'usr/lib/syslog-ng/3.38/libhttp.so'))
  const config = join(stateDir, 'syslog-ng.conf')
  writeFileSync(
    config,
    `@version: 3.38
@module affile
@module csvparser
@module http
@module json-plugin
@module basicfuncs
source s { wildcard-file(base-dir("${podsDir}") filename-pattern("*.log") recursive(yes) max-files(1000)
  log-iw-size(200000) log-fetch-limit(2000) flags(no-parse) follow-freq(0.1)); };
parser c { csv-parser(columns("c.ts", "c.stream", "c.tag", "c.msg") delimiters(" ") flags(greedy)); };
parser m { regexp-parser(template("$FILE_NAME") prefix("k.")
  patterns("pods/(?<ns>[^_]+)_(?<pod>[^_]+)_(?<uid>[^/]+)/(?<ctr>[^/]+)/")); };
destination d { http(url("http://127.0.0.1:${port}/_bulk") method("POST") headers("Content-Type: application/x-ndjson")
  workers(1) batch-lines(2000) batch-timeout(500) delimiter("")
  body("{\\"index\\":{\\"_index\\":\\"logs\\"}}\\n$(format-json @timestamp=\${c.ts} stream=\${c.stream} message=\${c.msg} ns=\${k.ns} pod=\${k.pod} uid=\${k.uid} ctr=\${k.ctr})\\n")); };
log { source(s); parser(c); parser(m); destination(d); flags(flow-control); };
`,
  )
  const file = (name: string) => join(stateDir, `syslog-ng.${name}`)
  return {
    name: 'syslog-ng',
    command: join(ROOT, 'usr/sbin/syslog-ng'),
    args: [
      ...['-F', '-f', config, '-R', file('persist'), '-p', file('pid'), '-c', file('ctl')],
      ...['--module-path', modules, '--no-caps'],
    ],
    env: { LD_LIBRARY_PATH: libraryPath() },
  }
}
