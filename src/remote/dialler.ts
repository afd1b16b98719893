import type { Duplex } from 'node:stream';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { success, type Result } from '../diagnostic/result.js';
import { forwardsNothing } from './remote-error.js';

/** The host's sshd may not do it. */
export const FORBIDDEN = Symbol('forbidden');

/** A host connects to others: by its sshd, or where that forwards nothing by a program of its own. */
export class Dialler {
  #forwards = true;

  constructor(
    private readonly forward: (host: string, port: number) => Promise<Result<Duplex | typeof FORBIDDEN>>,
    private readonly byProgram: (host: string, port: number) => Promise<Result<Duplex>>,
  ) {}

  async dial(host: string, port: number): Promise<Result<Duplex>> {
    // The first to find out finds out for all.
    const forwarded = this.#forwards ? await this.forward(host, port) : success(FORBIDDEN);
    if (!forwarded.ok) return forwarded;
    if (forwarded.value !== FORBIDDEN) return success(forwarded.value);
    this.#forwards = false;
    return this.byProgram(host, port);
  }

  notes(host: string): readonly Diagnostic[] {
    return this.#forwards ? [] : [forwardsNothing(host)];
  }
}
