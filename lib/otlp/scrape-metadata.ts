/**
 * Keys of a metric's metadata. The first is that of OpenTelemetry's compatibility with Prometheus: the type that a metric
 * has there, and that its name is Prometheus' own.
 */
export const PROMETHEUS_TYPE_KEY = 'prometheus.type'
/** Of `up`: why the target is not, in words. */
export const LAST_ERROR_KEY = 'vedette.scrape.error'
