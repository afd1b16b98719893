import { finding, type Finding, type YamlPath } from '../../config/finding.js';
import { quote } from '../../config/wording.js';
import type { StorageDeclaration } from '../../farm/farm.js';
import { type PlacedWorker, storageOf } from '../../farm/rules/rule.js';
import { sealingPaths } from '../../flow/paths.js';
import { alikeRoutes } from '../../flow/alike.js';
import {
  allowedGroups,
  doersOf,
  isThin,
  minerDoes,
  type Route,
  routesOf,
  stuckRoutes,
} from '../../flow/routes.js';
import type { Layout } from '../layout.js';
import { quoted, workerNames } from './words.js';

/** Sectors that are stuck after hours of PC1. */
export function* pc1OutputIsTaken({ farm }: Layout): Generator<Finding> {
  const doers = doersOf(farm);
  for (const route of stuckRoutes(routesOf(farm, doers), doers)) {
    const groups = quoted(allowedGroups(route));
    const byMiner = minerDoes(farm, 'PC2') === 'yes';
    const unless = byMiner ? '; the miner can if a sealing path of its own is in there' : '';
    const message = `PC1 output on ${placeWords(route)} may go to ${groups} alone, where no worker can do PC2${unless}`;
    const severity = byMiner ? 'warning' : 'error';
    yield finding('SF275', placeOf(route), message, { severity, help: wayOut(doers.PC2) });
  }
}

/** Sectors that wait whenever one other worker is away. */
export function* pc1OutputHasTwoTakers({ farm }: Layout): Generator<Finding> {
  for (const [route, ...others] of alikeRoutes(routesOf(farm).filter(isThin))) {
    const more = others.length === 0 ? '' : ` (and on ${others.length} more)`;
    const message = `sectors on ${placeWords(route)}${more} go for PC2 to ${quoted(workerNames(route.takers))} alone`;
    const help = 'Give a second worker precommit2 and a sealing path that may fetch from here.';
    yield finding('SF276', placeOf(route), message, { severity: 'warning', help });
  }
}

/** In a farm with groups, sectors that may be dragged anywhere. Groups without any AllowTo keep nothing back. */
export function* sealingPathsAreInGroups({ farm }: Layout): Generator<Finding> {
  if (!storageOf(farm.hosts).some(({ storage }) => storage.seal && isGrouped(storage))) return;
  for (const route of routesOf(farm)) {
    const open = route.paths.find(({ allowTo }) => allowTo.length === 0);
    const others = route.takers.filter((taker) => taker !== route.from);
    if (open === undefined || others.length === 0) continue;
    const message = `the path ${quote(open.path)} of ${quote(route.from.worker.name)} has no allowTo: any worker with precommit2 may fetch its sectors, such as ${quoted(workerNames(others))}`;
    const help = 'Add `allowTo` with the groups that shall go on with these sectors.';
    yield finding('SF277', [...open.yaml, 'path'], message, { severity: 'warning', help });
  }
}

function isGrouped({ groups, allowTo }: StorageDeclaration): boolean {
  return groups.length > 0 || allowTo.length > 0;
}

function placeWords({ from, paths }: Route): string {
  return `${quoted(paths.map(({ path }) => path))} of ${quote(from.worker.name)}`;
}

/** The list that narrows the choice, else the path. */
function placeOf({ paths, from }: Route): YamlPath {
  const [first] = paths;
  if (first === undefined) return from.worker.yaml;
  return [...first.yaml, first.allowTo.length > 0 ? 'allowTo' : 'path'];
}

function wayOut(takers: readonly PlacedWorker[]): string {
  const who = `precommit2 is done by ${quoted(workerNames(takers))}`;
  const groups = new Set(takers.flatMap(({ worker }) => sealingPaths(worker).flatMap((path) => path.groups)));
  return groups.size === 0
    ? `Put a sealing path of a worker with precommit2 into this group: ${who}, without groups.`
    : `Put a sealing path of a worker with precommit2 into this group, or allow one of theirs: ${who}, in ${quoted([...groups])}.`;
}
