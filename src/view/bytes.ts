const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/** At most three digits and a unit: `448 GiB`, `1.38 TiB`. @param bytes 0 or more, a fraction allowed */
export function formatBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  // 999.6 would be shown with four digits as well.
  while (Math.round(value) >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const digits = value >= 100 || unit === 0 ? 0 : value >= 10 ? 1 : 2;
  return `${Number(value.toFixed(digits))} ${UNITS[unit] ?? ''}`;
}
