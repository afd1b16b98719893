import { finding, type YamlPath } from '../config/finding.js';
import { quote } from '../config/wording.js';
import type { Report } from './report.js';

const UNITS: ReadonlyMap<string, bigint> = new Map([
  ['', 1n],
  ['B', 1n],
  ...['K', 'M', 'G', 'T', 'P'].flatMap((letter, index): [string, bigint][] => [
    [`${letter}B`, 1000n ** BigInt(index + 1)],
    [`${letter}iB`, 1024n ** BigInt(index + 1)],
  ]),
]);

const SIZE = /^(\d{1,16})(?:\.(\d{1,9}))? ?([A-Za-z]*)$/;

/** How a size is written, for help. */
const SIZE_HELP = 'Write bytes, or a number with B, KiB, MiB, GiB, TiB, PiB, KB, MB, GB, TB or PB: 1.5TiB.';

/**
 * Bytes of a size: `512GiB`, `1.5TiB`, `100GB` (powers of 1000) or plain bytes. A fraction of a byte is dropped.
 * Undefined for anything else, and above 2^53 − 1, where numbers are no longer exact.
 */
export function parseSize(written: string | number): number | undefined {
  if (typeof written === 'number') return Number.isSafeInteger(written) && written >= 0 ? written : undefined;
  const [, whole = '', fraction = '', unit = ''] = SIZE.exec(written) ?? [];
  const bytesPerUnit = UNITS.get(unit);
  if (whole === '' || bytesPerUnit === undefined) return undefined;
  if (fraction !== '' && bytesPerUnit === 1n) return undefined;
  const scale = 10n ** BigInt(fraction.length);
  const bytes = (BigInt(whole + fraction) * bytesPerUnit) / scale;
  return bytes <= BigInt(Number.MAX_SAFE_INTEGER) ? Number(bytes) : undefined;
}

/** Bytes of a written size; 0 where it is none, which is reported. */
export function readSize(written: string | number, at: YamlPath, report: Report): number {
  const bytes = parseSize(written);
  if (bytes !== undefined) return bytes;
  report(finding('SF203', at, `${quote(String(written))} is no size`, { help: SIZE_HELP }));
  return 0;
}
