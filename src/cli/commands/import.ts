import type { WrittenToken } from '../../config/written.gen.js';
import type { Diagnostic } from '../../diagnostic/diagnostic.js';
import { success, type Result } from '../../diagnostic/result.js';
import type { Host } from '../../farm/farm.js';
import { parseMinerAddress } from '../../farm/miner-address.js';
import { present } from '../../farm/present.js';
import { foundMiner, wayToAsk, type FoundMiner } from '../../import/found-miner.js';
import { gather } from '../../import/gather.js';
import { importFarm } from '../../import/import-farm.js';
import type { AboutFarm, AskedHost } from '../../import/imported.js';
import { lift } from '../../import/lift.js';
import { farmText } from '../../import/write-yaml.js';
import { SECTOR_SIZES, type SectorSize } from '../../lotus/sector-size.js';
import type { FoundHost } from '../../observed/found.js';
import type { Connections } from '../../probe/connections.js';
import { observeFound } from '../../probe/observe-found.js';
import { diagnosticsJson } from '../../view/diagnostics.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { endOnInterrupt } from '../interrupt.js';
import { openHosts } from '../machines.js';
import { Terminal, type GlobalOptions } from '../terminal.js';
import { farmToAsk, unknownHosts, type HostOptions } from '../unknown-hosts.js';

export interface ImportOptions extends GlobalOptions, HostOptions {
  readonly name: string;
  readonly miner?: string;
  readonly minerToken?: WrittenToken;
  readonly sectorSize?: SectorSize;
}

/** Prints the file of a farm that is there already. */
export async function importHosts(words: readonly string[], options: ImportOptions): Promise<ExitCode> {
  const terminal = new Terminal(options);
  const found = await unknownHosts(words, options);
  if (!found.ok) {
    terminal.diagnostics(found.diagnostics);
    return EXIT.usage;
  }
  const { hosts } = found;
  const connections = openHosts(farmToAsk(hosts), terminal.askPassphrase);
  const dispose = endOnInterrupt();
  try {
    return await look(hosts, options, connections, terminal);
  } finally {
    dispose();
    await connections.close();
  }
}

async function look(
  hosts: readonly Host[],
  options: ImportOptions,
  connections: Connections,
  terminal: Terminal,
): Promise<ExitCode> {
  const answers = await terminal.watching(hosts.length, (emit) =>
    Promise.all(
      hosts.map(async (host) => {
        const found = await observeFound(host.name, connections);
        emit(
          found.ok
            ? { type: 'host-observed', host: host.name }
            : { type: 'host-unreached', host: host.name, diagnostic: found.diagnostic },
        );
        return { host, found };
      }),
    ),
  );
  const unreached = answers.flatMap(({ found }) => (found.ok ? [] : [found.diagnostic]));
  const asked = answers.flatMap(({ host, found }) => (found.ok ? [askedHost(host, found)] : []));
  const notes = hosts.flatMap(({ name }) => connections.remote(name).notes());
  const { about, diagnostics } = await aboutFarm(asked, options, connections);
  const { farm, comments, diagnostics: ofHosts } = importFarm(asked, about);
  const all = [...unreached, ...notes, ...gather([...diagnostics, ...ofHosts])];
  const hasWorkers = Object.values(farm.hosts).some(({ workers }) => workers !== undefined);
  if (!hasWorkers) {
    terminal.diagnostics([...all, ...(asked.length === 0 ? [] : [NO_WORKERS])]);
    return EXIT.failed;
  }
  const lifted = lift(farm);
  terminal.result(farmText(lifted, comments), {
    formatVersion: 1,
    farm: lifted,
    diagnostics: diagnosticsJson(all),
  });
  if (!terminal.json) terminal.diagnostics(all);
  return unreached.length > 0 ? EXIT.partial : EXIT.done;
}

function askedHost({ address, ssh }: Host, found: Result<FoundHost> & { ok: true }): AskedHost {
  return { address, ssh: ssh, found: found.value };
}

/** What workers hold of the miner, what the person says of it, and its own word on the size of its sectors. */
async function aboutFarm(
  asked: readonly AskedHost[],
  { name, miner, minerToken, sectorSize }: ImportOptions,
  connections: Connections,
): Promise<{ readonly about: AboutFarm; readonly diagnostics: readonly Diagnostic[] }> {
  const found = foundMiner(new Map(asked.map(({ address, found: host }) => [address, host])));
  const host = miner?.startsWith('/') === true ? undefined : miner;
  const api = host === undefined ? (miner ?? found.api) : found.api;
  const named = host === undefined ? miner : undefined;
  const size = sectorSize === undefined ? await askSize(found, named, connections) : success(sectorSize);
  const usual = host === undefined ? { env: 'SEALFARM_MINER_TOKEN' } : { fromMiner: true as const };
  const about = {
    name,
    sectorSize: size.ok ? size.value : undefined,
    miner: {
      ...present({ api, marketsApi: found.marketsApi, host }),
      token: minerToken ?? usual,
      secrets: found.tokens,
    },
  };
  const unknown = api === undefined && host === undefined ? [noApi()] : [];
  return { about, diagnostics: [...found.diagnostics, ...unknown, ...(size.ok ? [] : [size.diagnostic])] };
}

async function askSize(
  found: FoundMiner,
  named: string | undefined,
  connections: Connections,
): Promise<Result<SectorSize>> {
  const way = wayToAsk(found, named);
  const parsed = way === undefined ? undefined : parseMinerAddress(way.api);
  if (way === undefined || parsed?.ok !== true) return noSize(notAsked(found, named));
  connections.meetMiner(parsed.address, success(way.token));
  const actor = await connections.miner.actorAddress();
  const bytes = actor.ok ? await connections.miner.actorSectorSize(actor.value) : actor;
  if (!bytes.ok) return noSize(bytes.diagnostic.message);
  const size = (Object.keys(SECTOR_SIZES) as SectorSize[]).find(
    (one) => SECTOR_SIZES[one].bytes === bytes.value,
  );
  return size === undefined ? noSize(`${bytes.value} bytes is no size of sectors`) : success(size);
}

function notAsked({ ways }: FoundMiner, named: string | undefined): string {
  if (named !== undefined) return `no worker that was found has a token for ${named}`;
  return ways.length > 1
    ? 'workers have more than one address of it, and --miner names none'
    : 'no worker that was found knows it';
}

const NO_WORKERS: Diagnostic = {
  code: 'SF667',
  severity: 'error',
  message: 'no lotus-worker runs on these hosts that could be taken into a file',
  help: 'Look with `pgrep -l lotus-worker` on one of them; as another user than root say --sudo. For machines without workers there is `sealfarm init`.',
};

function noSize(why: string): Result<never> {
  return {
    ok: false,
    diagnostic: {
      code: 'SF665',
      severity: 'warning',
      message: `the miner did not tell the size of its sectors: ${why}`,
      help: 'Say --sector-size 32GiB, or write `sectorSize` into the file.',
    },
  };
}

function noApi(): Diagnostic {
  return {
    code: 'SF665',
    severity: 'warning',
    message: 'no worker that was found has the address of the miner in MINER_API_INFO',
    help: 'Say --miner /ip4/10.0.0.10/tcp/2345/http, or write `miner.api` into the file.',
  };
}
