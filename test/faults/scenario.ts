import type { HostEdit } from './fault-farm.js';

/** Edits of a host's part of the file that make other steps each. */
export type Scenario = 'settings' | 'paths' | 'restart';

/** Lightest first. */
export const SCENARIOS: readonly Scenario[] = ['settings', 'paths', 'restart'];

export function edited(host: HostEdit, scenario: Scenario): HostEdit {
  switch (scenario) {
    case 'settings':
      return {
        ...host,
        weight: host.weight === 10 ? 11 : 10,
        spare: host.spare === 'unseal' ? 'regen-sector-key' : 'unseal',
      };
    case 'paths':
      return { ...host, extra: host.extra + 1 };
    case 'restart':
      return { ...host, limit: host.limit === 3 ? 4 : 3 };
  }
}
