import { stripVTControlCharacters } from 'node:util';
import type { Secret } from '../secret/secret.js';

/** Lotus's tokens are JSON Web Tokens, and `*_API_INFO` is `TOKEN:MULTIADDR`. The worker's own are known by that alone. */
const SHAPES: readonly (readonly [shape: RegExp, safe: string])[] = [
  [/eyJ[\w-]{5,}(?:\.[\w-]*){0,2}/g, '(secret)'],
  [/(_API_INFO["']?\s*[=:]\s*["']?)(?!\(secret\))[^\s"'/]+(?=:\/)/g, '$1(secret)'],
  [/(\bbearer\s+)(?!\(secret\))[^\s"',;\\]+/gi, '$1(secret)'],
];

/**
 * Makes whole lines of a log fit to be shown: neither these secrets nor what looks like one. Colours and other escape
 * sequences are taken out, as one in the midst of a secret would hide it; one right before would take its beginning along.
 */
export function redactor(secrets: readonly Secret[]): (line: string) => string {
  const known = secrets.map((secret) => secret.reveal());
  const mask = (line: string): string => {
    const safe = known.reduce((text, secret) => text.replaceAll(secret, '(secret)'), line);
    return SHAPES.reduce((text, [shape, instead]) => text.replace(shape, instead), safe);
  };
  return (line) => mask(stripVTControlCharacters(mask(line)));
}
