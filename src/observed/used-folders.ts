import type { Worker } from '../farm/farm.js';

/** Where a worker looks for proof parameters. Lotus: go-paramfetch paramfetch.go */
export function parameterFolder({ parameterCache }: Pick<Worker, 'parameterCache'>): string {
  return parameterCache ?? '/var/tmp/filecoin-proof-parameters';
}

/** Where it keeps the parents of PC1. rust-fil-proofs: storage-proofs-core/src/settings.rs */
export function parentFolder({ parentCache }: Pick<Worker, 'parentCache'>): string {
  return parentCache ?? '/var/tmp/filecoin-parents';
}
