import type { WrittenToken } from '../config/written.gen.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Host } from '../farm/farm.js';
import type { AskedHost } from '../import/imported.js';
import type { SectorSize } from '../lotus/sector-size.js';
import type { Connections, Reach } from '../probe/connections.js';
import { observeFound } from '../probe/observe-found.js';
import { EXIT, type ExitCode } from './exit-code.js';
import { endOnInterrupt } from './interrupt.js';
import { openHosts } from './machines.js';
import type { GlobalOptions, Terminal } from './terminal.js';
import { farmToAsk, unknownHosts, type HostOptions, type SaidInFile } from './unknown-hosts.js';

export interface ImportOptions extends GlobalOptions, HostOptions {
  readonly name: string;
  readonly miner?: string;
  readonly minerToken?: WrittenToken;
  readonly sectorSize?: SectorSize;
  /** Into the file that is there. */
  readonly update?: boolean;
  /** With `update`: writes nothing, and fails where something would be written. */
  readonly check?: boolean;
}

/** What hosts of which nothing need be declared have said. */
export interface Answers {
  readonly asked: readonly AskedHost[];
  readonly unreached: readonly Diagnostic[];
  readonly notes: readonly Diagnostic[];
  /** Still open: the miner is asked through them. */
  readonly connections: Connections;
}

/**
 * Asks the hosts that a person names, and goes on with what they say.
 * @param said how they are reached where the person says nothing else
 * @param reach how, where that is not as usual
 */
export async function askHosts(
  words: readonly string[],
  options: ImportOptions,
  terminal: Terminal,
  said: SaidInFile | undefined,
  work: (answers: Answers) => Promise<ExitCode>,
  reach?: Reach,
): Promise<ExitCode> {
  const named = await unknownHosts(words, options, said);
  if (!named.ok) {
    terminal.diagnostics(named.diagnostics);
    return EXIT.usage;
  }
  const { hosts } = named;
  const connections = openHosts(farmToAsk(hosts), terminal.askPassphrase, reach);
  const dispose = endOnInterrupt();
  try {
    return await work(await answersOf(hosts, connections, terminal));
  } finally {
    dispose();
    await connections.close();
  }
}

async function answersOf(
  hosts: readonly Host[],
  connections: Connections,
  terminal: Terminal,
): Promise<Answers> {
  const answers = await terminal.watching(hosts.length, (emit) =>
    Promise.all(
      hosts.map(async ({ name, address, ssh }) => {
        const found = await observeFound(name, connections);
        emit(
          found.ok
            ? { type: 'host-observed', host: name }
            : { type: 'host-unreached', host: name, diagnostic: found.diagnostic },
        );
        return { address, ssh, found };
      }),
    ),
  );
  return {
    asked: answers.flatMap(({ found, ...host }) => (found.ok ? [{ ...host, found: found.value }] : [])),
    unreached: answers.flatMap(({ found }) => (found.ok ? [] : [found.diagnostic])),
    notes: hosts.flatMap(({ name }) => connections.remote(name).notes()),
    connections,
  };
}
