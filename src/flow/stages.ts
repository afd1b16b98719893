import type { PlacedWorker } from '../farm/rules/rule.js';
import { outputPlaces, type Doers, type Route } from './routes.js';
import { split, type Share, type Weights } from './shares.js';

/** Where a sector can be: at a worker, or at the miner, which does what no worker of the farm can. */
export type Site = PlacedWorker | 'miner';

/** Of all sectors the part, 0–1, that goes from one site to another for the next stage, or stays there. */
export interface Passage {
  readonly from: Site;
  readonly to: Site;
  readonly share: number;
}

/** A passage to PC2, with what of it comes to lie on a long-term path at once. */
interface SealingPassage extends Passage {
  readonly stored: number;
}

/** Who may do what, and how much of it each gets. */
export interface Stages {
  readonly doers: Doers;
  readonly routes: readonly Route[];
  readonly weights: Readonly<Record<'AP' | 'PC1' | 'PC2' | 'store', Weights>>;
  /** A finished sector is stored where it lies, or nowhere. */
  readonly disallowRemoteFinalize: boolean;
  /** False only where the file says that the miner does no PC2. */
  readonly minerTakesPc2: boolean;
}

/** Groups have no say: every AddPiece worker hands on to every PC1 worker. */
export function* toPc1({ doers, weights }: Stages): Generator<Passage> {
  for (const added of sitesOf(doers.AP, weights.AP)) {
    for (const sealed of sitesOf(doers.PC1, weights.PC1)) {
      yield { from: added.to, to: sealed.to, share: added.share * sealed.share };
    }
  }
}

/** What is stuck for want of a taker is in none of them. */
export function* toPc2({ doers, routes, weights, minerTakesPc2 }: Stages): Generator<SealingPassage> {
  const landing = memoized(storedShare);
  const done = new Map(split(doers.PC1, weights.PC1).map(({ to, share }) => [to, share]));
  if (doers.PC1.length === 0) {
    for (const { to, share } of sitesOf(doers.PC2, weights.PC2)) {
      yield { from: 'miner', to, share, stored: to === 'miner' ? 0 : share * landing(to) };
    }
  }
  for (const { from, paths, share: part, takers } of routes) {
    const output = (done.get(from) ?? 0) * part;
    if (output === 0) continue;
    if (doers.PC2.length === 0 && minerTakesPc2) yield { from, to: 'miner', share: output, stored: 0 };
    for (const { to, share } of split(takers, weights.PC2)) {
      const stored = to === from ? Number(paths.some(({ store }) => store)) : landing(to);
      yield { from, to, share: output * share, stored: output * share * stored };
    }
  }
}

/** From where C1 and FIN are done, which is where PC2 was. What is stuck is in none of them. */
export function* toStorage(stages: Stages): Generator<Passage> {
  const { doers, weights, disallowRemoteFinalize } = stages;
  const anywhere = sitesOf(doers.store, weights.store);
  for (const [from, { share, stored }] of finished(stages)) {
    if (stored > 0) yield { from, to: from, share: stored };
    const rest = share - stored;
    if (rest <= 0) continue;
    if (!disallowRemoteFinalize) {
      for (const { to, share: part } of anywhere) yield { from, to, share: rest * part };
    } else if (from === 'miner') {
      // Of its paths the file says nothing.
      yield { from, to: from, share: rest };
    }
  }
}

function finished(stages: Stages): ReadonlyMap<Site, Pick<SealingPassage, 'share' | 'stored'>> {
  const at = new Map<Site, Pick<SealingPassage, 'share' | 'stored'>>();
  for (const { to, share, stored } of toPc2(stages)) {
    const before = at.get(to) ?? { share: 0, stored: 0 };
    at.set(to, { share: before.share + share, stored: before.stored + stored });
  }
  return at;
}

/** How much of what a worker fetches comes to lie on paths that are for sealing and for storing. */
function storedShare(worker: PlacedWorker): number {
  return outputPlaces(worker)
    .filter(({ paths }) => paths.some(({ store }) => store))
    .reduce((sum, { share }) => sum + share, 0);
}

function sitesOf(
  doers: readonly PlacedWorker[],
  weights: Weights,
): readonly { readonly to: Site; readonly share: number }[] {
  const shares: readonly Share[] = split(doers, weights);
  return shares.length === 0 ? [{ to: 'miner', share: 1 }] : shares;
}

function memoized<K, V>(compute: (key: K) => V): (key: K) => V {
  const known = new Map<K, V>();
  return (key) => {
    const value = known.get(key) ?? compute(key);
    known.set(key, value);
    return value;
  };
}
