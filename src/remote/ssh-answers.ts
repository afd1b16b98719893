import { userInfo } from 'node:os';
import { success, type Result } from '../diagnostic/result.js';
import { blocksOf, readHostBlocks, type HostBlocks } from './ssh-config-blocks.js';
import type { SshOptions } from './ssh-config.js';

interface Known {
  readonly address: string;
  readonly answer: Promise<Result<SshOptions>>;
}

/** A question to `ssh -G`. */
export interface SshQuestion {
  readonly address: string;
  /** All else that is asked with; two questions that differ in it have nothing in common. */
  readonly rest: readonly string[];
  /** In place of the usual ssh_config. */
  readonly configFile?: string;
}

/** What `ssh -G` says: asked once for all hosts that ssh_config does not tell apart. */
export class SshAnswers {
  readonly #blocks = new Map<string | undefined, Promise<HostBlocks | undefined>>();
  readonly #known = new Map<string, Known>();

  /** @param ask asks ssh itself */
  async to(question: SshQuestion, ask: () => Promise<Result<SshOptions>>): Promise<Result<SshOptions>> {
    const { address, rest, configFile } = question;
    const all = await this.#blocksIn(configFile);
    const blocks = all === undefined ? undefined : blocksOf(all, address);
    if (blocks === undefined) return ask();
    const key = JSON.stringify([configFile, rest, blocks]);
    const known = this.#known.get(key);
    if (known === undefined) {
      const answer = ask();
      this.#known.set(key, { address, answer });
      return answer;
    }
    const answer = await known.answer;
    // What is wrong shall be said of each host.
    return answer.ok ? success(withName(answer.value, known.address, address)) : ask();
  }

  #blocksIn(file: string | undefined): Promise<HostBlocks | undefined> {
    let blocks = this.#blocks.get(file);
    if (blocks === undefined) this.#blocks.set(file, (blocks = readHostBlocks(homeOfUser(), file)));
    return blocks;
  }
}

function withName(options: SshOptions, from: string, to: string): SshOptions {
  const renamed = new Map(options);
  for (const name of ['host', 'hostname']) {
    if (options.get(name)?.[0] === from) renamed.set(name, [to]);
  }
  return renamed;
}

/** ssh looks there, whatever $HOME says. A user without a name has no ssh_config of its own. */
export function homeOfUser(): string {
  try {
    return userInfo().homedir;
  } catch {
    return '/nonexistent';
  }
}
