import type { WrittenStoragePath } from '../config/written.gen.js';
import type { Role } from './roles.js';

/** The storage groups of a sealing path. */
export type Grouping = Required<Pick<WrittenStoragePath, 'groups' | 'allowTo'>>;

export interface Groups {
  /** All that are used, with what they are for. */
  readonly declared: ReadonlyMap<string, string>;
  of(role: Role): { readonly grouping: Partial<Grouping>; readonly why?: string };
}

const NO_GROUPS: Groups = { declared: new Map(), of: () => ({ grouping: {} }) };

/** The group of all that do PC2 for others. */
const SHARED = 'pc2';

/**
 * Groups by which PC1 output stays where it is on machines that also do PC2, and goes to one of those with PC2 from all others.
 * With one machine, or none for PC2, there is nothing to steer.
 */
export function groupsOf(roles: readonly Role[]): Groups {
  const doers = roles.filter(({ pc2 }) => pc2);
  const feeders = roles.filter(({ pc1, pc2 }) => pc1 !== undefined && !pc2);
  if (doers.length === 0 || doers.length + feeders.length === 1) return NO_GROUPS;
  const names = new Set(roles.map(({ machine }) => machine.name));
  const shared = names.has(SHARED) ? `all-${SHARED}` : SHARED;
  const free = doers.filter(({ pc1 }) => pc1 === undefined);
  const feeds = feeders.length > 0;
  const declared = new Map<string, string>();
  if (feeds || free.length > 0) declared.set(shared, 'machines that do PC2 for others');
  for (const { machine, pc1 } of doers) {
    if (pc1 !== undefined) declared.set(machine.name, '');
  }
  const own = ({ machine }: Role): Grouping => ({
    groups: feeds ? [shared, machine.name] : [machine.name],
    // Who could do PC2 and is fed by nobody else is fed by all.
    allowTo: !feeds && free.length > 0 ? [machine.name, shared] : [machine.name],
  });
  return {
    declared,
    of: (role) => {
      if (!role.pc2)
        return {
          grouping: { groups: [], allowTo: [shared] },
          why: `its sectors go for PC2 to the group ${shared}, and nowhere else`,
        };
      if (role.pc1 === undefined)
        return {
          grouping: { groups: [shared], allowTo: [shared] },
          why: `the group ${shared} brings it the sectors of machines without PC2`,
        };
      const grouping = own(role);
      const others = grouping.allowTo.length > 1 ? `, or go to the group ${shared}` : '';
      const why = `its sectors stay here for PC2${others}: their cache is 14 times their size, and need not move`;
      return { grouping, why };
    },
  };
}
