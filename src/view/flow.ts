import type { PlacedWorker } from '../farm/rules/rule.js';
import { type Flow, TRANSFER_KINDS, type TransferKind } from '../flow/flow.js';
import { alikeRoutes } from '../flow/alike.js';
import { allowedGroups, isThin, type Route, soleCommitter, soleStore, stuckRoutes } from '../flow/routes.js';
import { SECTOR_SIZES } from '../lotus/sector-size.js';
import { amount, type FlowView, transferLines } from './flow-table.js';
import { foldedNames, type FlowTally, tallyFlow } from './flow-tally.js';
import { wrap } from './text.js';

const HEADINGS: Readonly<Record<TransferKind, readonly [stages: string, files: string]>> = {
  unsealed: ['AP → PC1', 'the unsealed file'],
  'pc1-output': ['PC1 → PC2', 'the sealed file and the cache'],
  finished: ['FIN → storage', 'the finished sector'],
};

/** What of a sector's files moves between workers on average, who does what, and which ways are closed or narrow. */
export function formatFlow(flow: Flow, view: FlowView): string {
  const { style, width } = view;
  const tally = tallyFlow(flow);
  const sections = [
    wrap(`Farm ${style.bold(flow.farm.name)}: ${totalWords(flow, tally)}${stuckPart(flow)}`, width, '  '),
    ...TRANSFER_KINDS.map((kind) => kindLines(flow, kind, tally, view)),
    stageLines(flow, view),
    problemLines(flow, view),
    noteLines(flow, tally, view),
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function totalWords({ farm, doers }: Flow, { kinds }: FlowTally): string {
  if (Object.values<readonly unknown[]>({ ...doers }).every((workers) => workers.length === 0))
    return 'no worker takes part in sealing; all of it is left to the miner';
  const between = Object.values(kinds).reduce((sum, kind) => sum + kind.between, 0);
  if (between === 0) return 'no file of a sector leaves its machine';
  const size = farm.sectorSize;
  const sector = amount(SECTOR_SIZES[size].bytes, size);
  return `on average ${amount(between, size)} go from one machine to another for every sector of ${sector}`;
}

/** What cannot move needs no bytes: that is no good news. */
function stuckPart({ stuck }: Flow): string {
  const part = stuck.pc2 + stuck.storage;
  return part === 0 ? '' : `; ${percent(part)} of all sectors get stuck`;
}

function kindLines(
  { farm, bytes }: Flow,
  kind: TransferKind,
  { sites, kinds }: FlowTally,
  view: FlowView,
): readonly string[] {
  const size = farm.sectorSize;
  const [stages, files] = HEADINGS[kind];
  const { cells, between, within } = kinds[kind];
  const moved = [
    ...(between > 0 ? [`${amount(between, size)} between machines`] : []),
    ...(within > 0 ? [`(${amount(within, size)} within one machine)`] : []),
  ];
  const head = `${view.style.bold(stages)}: ${files}, ${amount(bytes[kind], size)}; ${moved.join(', ') || 'nothing moves'}`;
  const lines = cells.length === 0 ? [] : transferLines(sites, cells, size, view);
  return [...wrap(head, view.width, '  '), ...lines];
}

function stageLines({ doers }: Flow, { style, width }: FlowView): readonly string[] {
  const stages: readonly (readonly [string, readonly PlacedWorker[] | string])[] = [
    ['AP', doers.AP],
    ['PC1', doers.PC1],
    ['PC2', doers.PC2],
    ['C1, FIN', 'where PC2 was'],
    ['C2', doers.C2],
    ['storage', doers.store],
  ];
  return [
    style.bold('Who does what'),
    ...stages.flatMap(([stage, who]) => {
      const words = typeof who === 'string' ? who : namesOf(who) || 'nobody but the miner';
      return wrap(`  ${stage.padEnd(9)}${words}`, width, ' '.repeat(11));
    }),
  ];
}

function problemLines(flow: Flow, { style, width }: FlowView): readonly string[] {
  const lines = [
    ...stuckWords(flow).map((words) => `  ${style.red('stuck:')} ${words}`),
    ...thinWords(flow).map((words) => `  ${style.yellow('thin:')} ${words}`),
  ];
  if (lines.length === 0) return [];
  return [style.bold('Closed and narrow ways'), ...lines.flatMap((line) => wrap(line, width, ' '.repeat(9)))];
}

function stuckWords({ routes, doers, stuck }: Flow): readonly string[] {
  return [
    ...alikeRoutes(stuckRoutes(routes, doers)).map(
      (ways) =>
        `PC1 output of ${fromOf(ways)}: only to ${allowedGroups(ways[0]).join(', ')}, where no worker does PC2`,
    ),
    ...(doers.PC2.length > 0 || stuck.pc2 === 0
      ? []
      : ['all sectors after PC1: no worker does PC2, and by `miner.tasks` the miner does not either']),
    ...(stuck.storage === 0
      ? []
      : [
          `${percent(stuck.storage)} of all sectors after FIN: they may only be kept on the path on which they were sealed, and that is none for storing`,
        ]),
  ];
}

function thinWords({ routes, doers }: Flow): readonly string[] {
  const committer = soleCommitter(doers);
  const store = soleStore(doers);
  return [
    ...alikeRoutes(routes.filter(isThin)).map(
      (ways) => `PC1 output of ${fromOf(ways)}: PC2 by ${namesOf(ways[0].takers)} alone`,
    ),
    ...(committer === undefined ? [] : [`C2 of all sectors: by ${committer.worker.name} alone`]),
    ...(store === undefined ? [] : [`storage of all sectors: on ${store.worker.name} alone`]),
  ];
}

function noteLines({ routes }: Flow, { kinds }: FlowTally, { style, width }: FlowView): readonly string[] {
  const grouped = routes.some(({ paths }) => paths.some(({ allowTo }) => allowTo.length > 0));
  const needless = routes.some(({ from, takers }) => takers.length > 1 && takers.includes(from));
  const notes = [
    ...(grouped && kinds.unsealed.between > 0
      ? ['Storage groups do not steer AP and PC1: the unsealed file goes from any worker to any other.']
      : []),
    ...(needless && kinds['pc1-output'].between > 0
      ? [
          'Some PC1 output leaves a worker that could do PC2 itself: Lotus prefers the least used worker. `allowTo` keeps it.',
        ]
      : []),
    'Averages, with work for every worker; `sealfarm flow --help` says how they are made.',
  ];
  return notes.flatMap((note) => wrap(note, width).map(style.dim));
}

function fromOf(routes: readonly Route[]): string {
  return namesOf(routes.map(({ from }) => from));
}

function namesOf(workers: readonly PlacedWorker[]): string {
  return foldedNames([...new Set(workers.map(({ worker }) => worker.name))]);
}

function percent(share: number): string {
  return `${Math.max(1, Math.round(share * 100))} %`;
}
