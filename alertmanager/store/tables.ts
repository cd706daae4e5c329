export const SCHEMA_VERSION = 1

/** What is kept: alerts, what was sent to whom and when, and which groups there are with which alerts in them. */
export const SCHEMA = `
  CREATE TABLE state (committed_at_ms INTEGER NOT NULL);
  INSERT INTO state VALUES (0);

  CREATE TABLE alerts (
    fingerprint TEXT PRIMARY KEY,
    labels TEXT NOT NULL,
    annotations TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    generator_url TEXT NOT NULL,
    timeout INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE nflog (
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    integration TEXT NOT NULL,
    position INTEGER NOT NULL,
    firing TEXT NOT NULL,
    resolved TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    PRIMARY KEY (group_key, receiver, integration, position)
  ) WITHOUT ROWID;

  CREATE TABLE groups (
    id TEXT PRIMARY KEY,
    flush_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE group_alerts (
    group_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (group_id, fingerprint)
  ) WITHOUT ROWID`
