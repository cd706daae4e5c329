import { createApiKeyDetectors } from './api-key.ts'
import { BasicAuthDetector, BearerTokenDetector } from './credentials.ts'
import { CreditCardDetector } from './credit-card.ts'
import type { Detector } from './detector.ts'
import { EmailDetector } from './email.ts'
import { JwtDetector } from './jwt.ts'
import { KeyLineDetector } from './key-line.ts'
import { PrivateKeyDetector } from './private-key.ts'
import { SecretDetector } from './secret.ts'
import { UrlPasswordDetector } from './url-password.ts'

/** What can be redacted by its name alone. */
export const PRESETS = {
  api_key: () => createApiKeyDetectors(),
  basic_auth: () => [new BasicAuthDetector()],
  bearer_token: () => [new BearerTokenDetector()],
  credit_card: () => [new CreditCardDetector()],
  email: () => [new EmailDetector()],
  jwt: () => [new JwtDetector()],
  private_key: () => [new PrivateKeyDetector(), new KeyLineDetector()],
  secret: () => [new SecretDetector()],
  url_password: () => [new UrlPasswordDetector()],
} as const satisfies Readonly<Record<string, () => readonly Detector[]>>

export type PresetName = keyof typeof PRESETS
