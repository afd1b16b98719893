import ssh2, { type BaseAgent, type ParsedKey, type SignCallback, type SigningRequestOptions } from 'ssh2';

/** A running ssh-agent and the keys it holds. */
export interface Agent {
  readonly keys: readonly ParsedKey[];
  /** The same agent, offering these keys only. */
  offering(keys: readonly ParsedKey[]): BaseAgent;
}

/** Asks the agent behind a socket for its keys; undefined where none answers within `timeoutMs`. */
export async function reachAgent(socketPath: string, timeoutMs: number): Promise<Agent | undefined> {
  const agent = ssh2.createAgent(socketPath);
  const keys = await new Promise<readonly ParsedKey[] | undefined>((resolve) => {
    const timer = setTimeout(() => {
      resolve(undefined);
    }, timeoutMs);
    agent.getIdentities((error, found) => {
      clearTimeout(timer);
      resolve(error instanceof Error ? undefined : parsedKeys(found ?? []));
    });
  });
  return keys === undefined ? undefined : { keys, offering: (some) => new ChosenKeys(agent, some) };
}

function parsedKeys(found: readonly unknown[]): ParsedKey[] {
  return found.filter(
    (key): key is ParsedKey => typeof key === 'object' && key !== null && 'getPublicSSH' in key,
  );
}

/** ssh2 tries every key of an agent, and sshd hangs up after six wrong ones: so only chosen ones are shown. */
class ChosenKeys extends ssh2.BaseAgent<ParsedKey> {
  constructor(
    private readonly agent: BaseAgent,
    private readonly keys: readonly ParsedKey[],
  ) {
    super();
  }

  override getIdentities(callback: (error?: Error | null, keys?: ParsedKey[]) => void): void {
    callback(null, [...this.keys]);
  }

  override sign(
    key: ParsedKey,
    data: Buffer,
    optionsOrCallback: SigningRequestOptions | SignCallback,
    callback?: SignCallback,
  ): void {
    if (typeof optionsOrCallback === 'function') this.agent.sign(key, data, optionsOrCallback);
    else this.agent.sign(key, data, optionsOrCallback, callback);
  }
}
