import type { DesiredFarm } from '../desired/desired.js';
import { task, type TaskCode } from '../lotus/task.js';
import { begunFirst, byLeastToLose, byQuiet } from './turn-order.js';
import type { Hindrance, Loss, Plan, RunningJob, Turn, Wave } from './plan.js';

/** A worker as far as the order of restarts goes. */
export interface Member {
  readonly host: string;
  readonly worker: string;
  /** It goes for good, or works no more: its turn comes when all others have had theirs. */
  readonly leaves?: true;
  /** What it does after its turn. */
  readonly tasks: readonly TaskCode[];
  /** What of that it does before; nothing while it is away. */
  readonly doing: readonly TaskCode[];
  /** Storage groups whose sectors come to it for PC2. */
  readonly groups: readonly string[];
  /** It takes no work now: not running, not answering, drained, with its tasks off, or not seen. */
  readonly away: boolean;
  /** An earlier run has switched its tasks off for what is to be done: nobody is taken out of work before it is back. */
  readonly begun?: true;
  readonly jobs: readonly RunningJob[];
  /** Ids of what it must be quiet for; without any it has no turn. */
  readonly steps: readonly string[];
}

export type Rules = Pick<DesiredFarm['rollout'], 'maxUnavailable' | 'minAvailable' | 'canary'>;

/**
 * Who takes turns with whom. Each wave takes the workers in their order, quiet ones first and else by their names, as long as
 * the rules allow the next one beside those taken, and the farm counts on them again afterwards.
 *
 * A wave is never empty while something can be done: where those that are away use the budget up, or nobody can stand
 * in for a worker, it is of one worker. Only `minAvailable` keeps a worker from its turn altogether.
 * @param now when the jobs were seen; milliseconds since 1970
 */
export function planWaves(
  members: readonly Member[],
  rules: Rules,
  now: number,
): Pick<Plan, 'waves' | 'heldBack'> {
  const crew = new Crew(members);
  const putOff = new Map(members.map((member) => [member, new Set<Hindrance>()]));
  const waves: Wave[] = [];
  const all: readonly Member[] = members
    .filter(({ steps }) => steps.length > 0)
    .toSorted(begunFirst(byQuiet(now)));
  let left = all.filter(({ leaves }) => leaves !== true);
  let later = all.filter(({ leaves }) => leaves === true);
  const held: Member[] = [];
  while (left.length + later.length > 0) {
    if (left.length === 0) [left, later] = [later, left];
    const canary = rules.canary && waves.length === 0 && left.length > 1;
    const order = canary
      ? left.toSorted(begunFirst(byLeastToLose((member) => crew.onlyIn(member).length)))
      : left;
    const draft = new Draft(crew, rules, canary);
    for (const member of order) {
      const hindrance = draft.hindrance(member);
      if (hindrance === undefined) draft.add(member);
      else putOff.get(member)?.add(hindrance);
    }
    if (draft.members.size === 0) {
      held.push(...left);
      left = [];
      continue;
    }
    const turn = (member: Member): Turn => turnOf(member, [...(putOff.get(member) ?? [])], draft.alone);
    waves.push({ canary, turns: [...draft.members].map(turn) });
    for (const member of draft.members) crew.takeBack(member);
    left = left.filter((member) => !draft.members.has(member));
  }
  const alone = new Draft(crew, rules, false);
  const heldBack = held.map((member) => turnOf(member, listed(alone.hindrance(member)), []));
  return { waves, heldBack };
}

function listed(hindrance: Hindrance | undefined): readonly Hindrance[] {
  return hindrance === undefined ? [] : [hindrance];
}

function turnOf(
  { host, worker, steps, leaves }: Member,
  putOff: readonly Hindrance[],
  alone: readonly Loss[],
): Turn {
  return { host, worker, steps, putOff, alone, ...(leaves === undefined ? {} : { leaves }) };
}

/** What would be lost if nobody but this worker did it. */
function lossesOf(tasks: readonly TaskCode[], groups: readonly string[]): readonly Loss[] {
  return [
    ...tasks.map((code): Loss => `last-of-task ${code}`),
    ...(tasks.includes('PC2') ? groups.map((group): Loss => `only-pc2-of-group ${group}`) : []),
  ];
}

/** All workers of the farm, between two waves. */
class Crew {
  readonly #doing = new Map<Loss, number>();
  readonly #away: Set<Member>;

  constructor(members: readonly Member[]) {
    this.#away = new Set(members.filter(({ away }) => away));
    for (const { doing, groups } of members) this.#count(lossesOf(doing, groups), 1);
  }

  get away(): number {
    return this.#away.size;
  }

  /** How many workers do it. */
  doing(loss: Loss): number {
    return this.#doing.get(loss) ?? 0;
  }

  /** What nobody else does. */
  onlyIn({ doing, groups }: Member): readonly Loss[] {
    return lossesOf(doing, groups).filter((loss) => this.doing(loss) === 1);
  }

  /** It had its turn, and does all that is declared. */
  takeBack(member: Member): void {
    const { doing, tasks, groups } = member;
    this.#away.delete(member);
    this.#count(lossesOf(doing, groups), -1);
    this.#count(lossesOf(tasks, groups), 1);
  }

  #count(losses: readonly Loss[], by: number): void {
    for (const loss of losses) this.#doing.set(loss, this.doing(loss) + by);
  }
}

/** A wave while it is put together. */
class Draft {
  readonly members = new Set<Member>();
  /** What nobody does while the one worker of this wave is away. */
  alone: readonly Loss[] = [];
  readonly #crew: Crew;
  readonly #rules: Rules;
  readonly #canary: boolean;
  readonly #taken = new Map<Loss, number>();
  readonly #posts = new Set<TaskCode>();
  #away: number;

  constructor(crew: Crew, rules: Rules, canary: boolean) {
    this.#crew = crew;
    this.#rules = rules;
    this.#canary = canary;
    this.#away = crew.away;
  }

  /** What keeps a worker out, for now or for good. */
  hindrance(member: Member): Hindrance | undefined {
    const beside = this.members.size === 0 ? undefined : this.#besideOthers(member);
    if (beside !== undefined) return beside;
    const [broken] = [...this.#rules.minAvailable].filter(
      ([code, least]) => member.doing.includes(code) && this.#without(`last-of-task ${code}`) < least,
    );
    return broken === undefined ? undefined : `min-available ${broken[0]}`;
  }

  add(member: Member): void {
    if (this.members.size === 0) this.alone = this.#crew.onlyIn(member);
    this.members.add(member);
    if (!member.away) this.#away += 1;
    for (const code of postsOf(member)) this.#posts.add(code);
    for (const loss of lossesOf(member.doing, member.groups))
      this.#taken.set(loss, (this.#taken.get(loss) ?? 0) + 1);
  }

  #besideOthers(member: Member): Hindrance | undefined {
    if (this.#canary) return 'canary';
    if (this.alone.length > 0) return 'another-alone';
    if (!member.away && this.#away >= this.#rules.maxUnavailable) return 'budget';
    const post = postsOf(member).find((code) => this.#posts.has(code));
    if (post !== undefined) return `one-post-at-a-time ${post}`;
    return lossesOf(member.doing, member.groups).find((loss) => this.#without(loss) < 1);
  }

  /** How many would still do it if this wave and one worker more of those that do it were away. */
  #without(loss: Loss): number {
    return this.#crew.doing(loss) - (this.#taken.get(loss) ?? 0) - 1;
  }
}

function postsOf({ tasks }: Member): readonly TaskCode[] {
  return tasks.filter((code) => task(code).kind !== 'sealing');
}
