import { createHmac } from 'node:crypto';
import { Secret, type MaybeSecret } from './secret.js';

/** How a secret shows. */
export type Mask = (secret: Secret) => string;

const DIGITS = 6;

/**
 * `(secret 3f9a1c)`: equal texts look equal under one salt, others do not, so that a changed secret shows as changed.
 * @param salt drawn for one showing and kept nowhere: who does not have it cannot try texts out
 */
export function fingerprints(salt: string): Mask {
  return (secret) =>
    `(secret ${createHmac('sha256', salt).update(secret.reveal()).digest('hex').slice(0, DIGITS)})`;
}

/** A value as it may be shown. */
export function maskedValue(value: MaybeSecret, mask: Mask): string {
  return value instanceof Secret ? mask(value) : value;
}

/** Numbers the fingerprints of a text as they appear: of two salts, the same secrets read the same. */
export function withoutSalt(text: string): string {
  const numbers = new Map<string, number>();
  return text.replace(/\(secret [0-9a-f]{6}\)/g, (found) => {
    const number = numbers.get(found) ?? numbers.size + 1;
    numbers.set(found, number);
    return `(secret ${number})`;
  });
}
