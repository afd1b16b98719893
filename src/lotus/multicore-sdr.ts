const MOST_PRODUCERS = 1024;

/** How many producers each PC1 has where no variable says it. Lotus: rust-fil-proofs settings.rs */
export const USUAL_PRODUCERS = 3;

/** Whether a text of FIL_PROOFS_USE_MULTICORE_SDR turns it on, as rust-fil-proofs reads it; Lotus itself knows `1` alone. */
export function isMulticoreSdr(text: string | undefined): boolean {
  return /^(?:1|true|on|yes)$/i.test(text ?? '');
}

/** FIL_PROOFS_MULTICORE_SDR_PRODUCERS as a number; undefined for what is none from 1 to 1024. */
export function sdrProducers(text = String(USUAL_PRODUCERS)): number | undefined {
  const producers = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  return producers >= 1 && producers <= MOST_PRODUCERS ? producers : undefined;
}
