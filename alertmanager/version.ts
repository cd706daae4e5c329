/** The release of Alertmanager whose configuration, API and timing this router has. Clients choose their dialect by it. */
export const COMPATIBLE_VERSION = '0.34.0'
