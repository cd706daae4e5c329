/** Where alerts begin, and where panels draw their lines: each number stands here only. */
export const LIMITS = {
  agentLagSeconds: 300,
  checkpointAgeSeconds: 600,
  /** The default of the agent's logs.spool.max_bytes. */
  spoolBytes: 2 * 1024 ** 3,
  fullRatio: 0.8,
  /** Time to full at which it is urgent. */
  fullInSeconds: 4 * 3600,
  bulkSeconds: 5,
  remoteWriteLagSeconds: 300,
  notificationFailureRatio: 0.01,
  throttledRatio: 0.25,
  fileSystemFreeRatio: 0.05,
  inodesFreeRatio: 0.05,
  volumeFreeRatio: 0.03,
  memoryRatio: 0.9,
  networkErrorRatio: 0.01,
  diskSaturation: 10,
} as const
