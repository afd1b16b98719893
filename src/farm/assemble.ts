import type { Finding } from '../config/finding.js';
import type { WrittenFarm } from '../config/written.gen.js';
import type { Farm } from './farm.js';
import { readHost, readHostDefaults } from './host.js';
import { readMiner } from './miner.js';
import { checkPlaceholders, nameHosts } from './named-hosts.js';
import { readProfiles } from './profiles.js';
import type { Report } from './report.js';
import { readRollout } from './rollout.js';
import { RULES } from './rules/rules.js';
import { layered, NO_SETTINGS, readSettings } from './worker-settings.js';

export interface Assembly {
  /** Of use only where no finding is an error. */
  readonly farm: Farm;
  readonly findings: readonly Finding[];
}

/** Works profiles, defaults and ranges into the farm they mean, and says what is wrong with it. */
export function assemble(written: WrittenFarm): Assembly {
  const findings: Finding[] = [];
  const farm = readFarmParts(written, (finding) => findings.push(finding));
  return { farm, findings: [...findings, ...RULES.flatMap((rule) => [...rule(farm)])] };
}

function readFarmParts(written: WrittenFarm, report: Report): Farm {
  const { defaults = {}, profiles = {} } = written;
  checkPlaceholders(defaults, ['defaults'], false, report);
  checkPlaceholders(profiles, ['profiles'], false, report);
  const worker = layered(NO_SETTINGS, readSettings(defaults.worker ?? {}, ['defaults', 'worker'], report));
  const hostDefaults = {
    ...readHostDefaults(defaults, report),
    defaults: worker,
    profiles: readProfiles(profiles, worker, report),
  };
  const { ssh, paths, serviceManager } = hostDefaults;
  const hosts = nameHosts(written.hosts, report).map((host) => readHost(host, hostDefaults, report));
  return {
    name: written.farm,
    sectorSize: written.sectorSize,
    miner: readMiner(written.miner, hosts, { ssh, paths, serviceManager }, report),
    storageGroups: Object.keys(written.storageGroups ?? {}),
    rollout: readRollout(written.rollout ?? {}, hosts, report),
    hosts,
  };
}
