import { resolve } from 'node:path';
import type { Result } from '../diagnostic/result.js';
import { failure, success } from '../diagnostic/result.js';
import { minerClient } from './miner-client.js';
import { notRunning } from './status.js';

export interface SandboxSubmitOptions {
  readonly dir: string;
  /** How many new sectors to begin, 1–10000. */
  readonly sectors: number;
}

/** Begins new sectors; gives their numbers. SF701 where no sandbox runs. */
export async function sandboxSubmit(
  options: SandboxSubmitOptions,
): Promise<Result<{ readonly sectors: readonly number[] }>> {
  const dir = resolve(options.dir);
  const { sectors } = options;
  if (!Number.isInteger(sectors) || sectors < 1 || sectors > 10_000) {
    return failure({
      code: 'SF703',
      severity: 'error',
      message: `1 to 10000 sectors at a time, not ${sectors}`,
    });
  }
  try {
    const numbers = await minerClient(dir)?.call('Sandbox.Submit', [sectors]);
    return numbers === undefined ? notRunning(dir) : success({ sectors: numbers as number[] });
  } catch {
    return notRunning(dir);
  }
}
