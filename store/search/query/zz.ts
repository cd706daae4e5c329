export const x = await import('../../../collector/config.ts')
