import type { Diagnostic } from '../diagnostic/diagnostic.js';
import { success, type Result } from '../diagnostic/result.js';
import { parseMinerAddress } from '../farm/miner-address.js';
import { present } from '../farm/present.js';
import { foundMiner, wayToAsk, type FoundMiner } from '../import/found-miner.js';
import { storesById } from '../import/store-ids.js';
import { wayTo, type AboutFarm, type AskedHost } from '../import/imported.js';
import { listed } from '../import/report.js';
import { SECTOR_SIZES, type SectorSize } from '../lotus/sector-size.js';
import type { Connections } from '../probe/connections.js';
import { observeIndex } from '../probe/observe-index.js';
import type { ImportOptions } from './ask-hosts.js';

/** What workers hold of the miner, what the person says of it, and its own word on the size of its sectors. */
export async function aboutFarm(
  asked: readonly AskedHost[],
  {
    name,
    miner,
    minerToken,
    sectorSize,
  }: Pick<ImportOptions, 'name' | 'miner' | 'minerToken' | 'sectorSize'>,
  connections: ToMiner,
): Promise<{ readonly about: AboutFarm; readonly diagnostics: readonly Diagnostic[] }> {
  const found = foundMiner(new Map(asked.map((host) => [wayTo(host), host.found])));
  const host = miner?.startsWith('/') === true ? undefined : miner;
  const api = host === undefined ? (miner ?? found.api) : found.api;
  const named = host === undefined ? miner : undefined;
  const met = meet(found, named, connections);
  const size = sectorSize === undefined ? await askSize(met, connections) : success(sectorSize);
  const { index, unknown: unindexed } = await askIndex(asked, met, connections);
  const usual = host === undefined ? { env: 'SEALFARM_MINER_TOKEN' } : { fromMiner: true as const };
  const about = {
    name,
    sectorSize: size.ok ? size.value : undefined,
    ...present({ index }),
    miner: {
      ...present({ api, marketsApi: found.marketsApi, host }),
      token: minerToken ?? usual,
      secrets: found.tokens,
    },
  };
  const unknown = api === undefined && host === undefined ? [noApi()] : [];
  const unasked = [...(size.ok ? [] : [size.diagnostic]), ...unindexed];
  return { about, diagnostics: [...found.diagnostics, ...unknown, ...unasked] };
}

type ToMiner = Pick<Connections, 'meetMiner' | 'miner'>;

/** What Lotus goes by of the storage paths of these hosts, from a miner that may be asked. @param met or why it may not */
export async function askIndex(
  asked: readonly AskedHost[],
  met: string | undefined,
  connections: ToMiner,
): Promise<{ readonly index?: AboutFarm['index']; readonly unknown: readonly Diagnostic[] }> {
  const stores = storesById(asked);
  if (stores.size === 0) return { unknown: [] };
  if (met !== undefined) return { unknown: [noIndex(met)] };
  const { known, untold } = await observeIndex(connections.miner, [...stores.keys()]);
  const [first] = untold.values();
  if (first === undefined) return { index: known, unknown: [] };
  if (known.size === 0) return { unknown: [noIndex(first.message)] };
  const paths = [...untold.keys()].flatMap((id) => stores.get(id) ?? []);
  return { index: known, unknown: [noIndex(first.message, listed(paths))] };
}

/** From now on the miner is asked with a token that a worker holds for it; or why there is none. @param named multiaddr */
export function meet(found: FoundMiner, named: string | undefined, connections: ToMiner): string | undefined {
  const way = wayToAsk(found, named);
  const parsed = way === undefined ? undefined : parseMinerAddress(way.api);
  if (way === undefined || parsed?.ok !== true) return notAsked(found, named);
  connections.meetMiner(parsed.address, success(way.token));
  return undefined;
}

async function askSize(met: string | undefined, connections: ToMiner): Promise<Result<SectorSize>> {
  if (met !== undefined) return noSize(met);
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

function noIndex(why: string, of = 'storage paths'): Diagnostic {
  return {
    code: 'SF698',
    severity: 'note',
    message: `it is not known whether Lotus goes by sectorstore.json of ${of}: ${why}`,
    help: 'Import again when the miner can be reached, or look for live changes in the plan.',
  };
}

function noApi(): Diagnostic {
  return {
    code: 'SF665',
    severity: 'warning',
    message: 'no worker that was found has an address of the miner in MINER_API_INFO that can be used',
    help: 'Say --miner /ip4/10.0.0.10/tcp/2345/http, or write `miner.api` into the file.',
  };
}
