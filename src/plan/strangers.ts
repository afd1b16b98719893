import type { DesiredFarm } from '../desired/desired.js';
import type { Diagnostic } from '../diagnostic/diagnostic.js';
import type { Observation } from '../observed/observed.js';

/** Names in one message. */
const SHOWN = 5;

/**
 * Workers that the miner gives work and that neither the file nor a host of it names: most often those of a host that was
 * taken out of the file at once. lotus-miner always registers one of its own, whose name nobody knows, so that of several
 * strangers at least one is another. Lotus: storage/sealer/manager.go New
 */
export function strangers({ hosts }: DesiredFarm, observation: Observation): readonly Diagnostic[] {
  const { miner } = observation;
  const seen = hosts.map(({ name }) => observation.hosts.get(name));
  if (!miner.reached || seen.some((host) => host?.reached !== true)) return [];
  const left = seen.flatMap((host) => (host?.reached === true ? [...(host.departed?.keys() ?? [])] : []));
  const known = new Set([...hosts.flatMap(({ workers }) => workers.map(({ name }) => name)), ...left]);
  const enabled = [...miner.workers.values()].filter(({ Enabled }) => Enabled);
  const names = [...new Set(enabled.map(({ Info }) => Info.Hostname))]
    .filter((name) => !known.has(name))
    .sort();
  if (names.length < 2) return [];
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return [
    {
      code: 'SF570',
      severity: 'warning',
      message: `registered with the miner and in the file nowhere: ${names.slice(0, SHOWN).join(', ')}${more}; one of them is lotus-miner's own`,
      help: 'Those of a host that was taken out of the file go on working there. Write the host again with `workers: {}` and apply; then it can go.',
    },
  ];
}
