import { readFile } from 'node:fs/promises';
import pLimit from 'p-limit';
import ssh2, { type ParsedKey } from 'ssh2';
import type { Secret } from '../secret/secret.js';

/**
 * Asks a person for the passphrase of a key file; undefined where nobody answers.
 *
 * @param again the one before was wrong
 */
export type AskPassphrase = (path: string, again: boolean) => Promise<Secret | undefined>;

const MOST_TRIES = 3;

/** Encrypted keys that were opened: each passphrase is asked for once, for all hosts, one after the other. */
export class KeyRing {
  readonly #opened = new Map<string, Promise<ParsedKey | undefined>>();
  readonly #inTurn = pLimit(1);

  constructor(private readonly ask: AskPassphrase) {}

  /** Undefined where nobody can open it. */
  open(path: string): Promise<ParsedKey | undefined> {
    const known = this.#opened.get(path);
    if (known !== undefined) return known;
    const opening = this.#inTurn(() => this.#open(path));
    this.#opened.set(path, opening);
    return opening;
  }

  async #open(path: string): Promise<ParsedKey | undefined> {
    const text = await readFile(path, 'utf8');
    for (let tries = 0; tries < MOST_TRIES; tries += 1) {
      const passphrase = await this.ask(path, tries > 0);
      if (passphrase === undefined) return undefined;
      const key = ssh2.utils.parseKey(text, passphrase.reveal());
      if (!(key instanceof Error)) return key;
    }
    return undefined;
  }
}
