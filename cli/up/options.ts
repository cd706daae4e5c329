/** What `vedette up` was asked for. Directories are absolute. */
export interface UpOptions {
  readonly podsDir: string
  readonly dataDir: string
  /** Directory of optional `store.yaml`, `collector.yaml`, `agent.yaml`, `alertmanager.yml`. */
  readonly configDir: string | undefined
  /** Added to every default port. */
  readonly portOffset: number
  /** An Elasticsearch to index in; without one the embedded store is started. */
  readonly elasticsearch: string | undefined
}
