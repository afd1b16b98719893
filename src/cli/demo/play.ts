import { setSpeed } from '../../sandbox/set-speed.js';
import { DEFAULT_SPEED } from '../../sandbox/speed.js';
import { SandboxEye } from './sandbox-eye.js';
import type { Stage } from './stage.js';

/** So many plans fit into one PC1: an apply with its looks, and one look more. */
const LOOKS_IN_PC1 = 5;

/** The main job, from a file to a running, changed and drained farm. */
export async function play(stage: Stage): Promise<void> {
  const eye = new SandboxEye(stage.dir);
  await start(stage);
  await seal(stage, eye);
  await changeGroup(stage, eye);
  await changeLimit(stage, eye);
  await drain(stage, eye);
  await finish(stage, eye);
}

async function start(stage: Stage): Promise<void> {
  stage.scene('A farm of three machines, none of which runs a worker yet');
  const plan = await stage.run('plan');
  stage.check('the plan has 3 workers to start', plan.code === 0 && plan.output.includes('3 to start'));
  const apply = await stage.run('apply', '--yes');
  stage.check('apply started them and checked each with the miner', apply.code === 0);
  const again = await stage.run('plan', '--detailed-exitcode');
  stage.check('the second plan is empty', again.code === 0);
  // A slow machine shall come to look, too, while PC1 runs.
  setSpeed(stage.dir, { PC1: Math.max(DEFAULT_SPEED.PC1, LOOKS_IN_PC1 * again.milliseconds) });
}

async function seal(stage: Stage, eye: SandboxEye): Promise<void> {
  stage.scene('Sectors flow: AP → PC1 → PC2 → seed → C1 → C2 → FIN → long-term storage');
  await stage.run('sandbox', 'submit', '--sectors', '3', '--dir', '.');
  await stage.until("a worker fetched worker-3's PC1 output", () => eye.fetchesFrom('host-3').length > 0);
  await stage.run('status');
  const targets = new Set(eye.fetchesFrom('host-3'));
  stage.check("worker-3's output went only to worker-1's group", [...targets].join() === 'worker-1');
}

async function changeGroup(stage: Stage, eye: SandboxEye): Promise<void> {
  stage.scene('worker-3 shall feed worker-2: Lotus can change that while it seals');
  stage.edit(inWorker('worker-3', 'allowTo: [example-seal-group-1]', 'allowTo: [example-seal-group-2]'));
  const plan = await stage.run('plan');
  stage.check(
    'the plan calls it live, and restarts nothing',
    plan.output.includes('1 live change, 0 restarts'),
  );
  await stage.run('sandbox', 'submit', '--sectors', '4', '--dir', '.');
  await stage.until('PC1 runs on worker-3', () => eye.runs('worker-3', 'PC1'));
  const apply = await stage.run('apply', '--yes');
  stage.check(
    'it was applied while PC1 went on on worker-3',
    apply.code === 0 && (await eye.runs('worker-3', 'PC1')),
  );
  stage.check("the miner's index says so", (await eye.allowTo('host-3')).join() === 'example-seal-group-2');
}

async function changeLimit(stage: Stage, eye: SandboxEye): Promise<void> {
  stage.scene('worker-1 shall run 2 PC1 at most: that needs a restart, which waits for its work');
  stage.edit(inWorker('worker-1', 'profile: pc1-pc2', 'profile: pc1-pc2\n        limits: { PC1: 2 }'));
  await stage.run('sandbox', 'submit', '--sectors', '9', '--dir', '.');
  await stage.until('PC1 runs on worker-1', () => eye.runs('worker-1', 'PC1'));
  const plan = await stage.run('plan');
  stage.check(
    'the plan calls it a restart, and says what runs there',
    /now running: .*PC1 of/.test(plan.output),
  );
  const session = await eye.session('worker-1');
  const apply = await stage.run('apply', '--yes');
  stage.check('worker-1 was restarted', apply.code === 0 && (await eye.session('worker-1')) !== session);
  stage.check('not before its work was done: no job failed', eye.failedJobs().length === 0);
  stage.check("the miner's WorkerStats show the new limit", (await eye.limit('worker-1')) === 2);
}

async function drain(stage: Stage, eye: SandboxEye): Promise<void> {
  stage.scene('host-3 shall leave for maintenance, in the middle of its work');
  await stage.run('sandbox', 'submit', '--sectors', '3', '--dir', '.');
  await stage.until('host-3 has work', () => eye.runs('worker-3', 'PC1'));
  const drained = await stage.run('drain', 'host-3', '--reason', 'maintenance');
  stage.check('the drain came to its end', drained.code === 0);
  stage.check('no sector is left on host-3', (await eye.sectorsOn('host-3')) === 0);
  await stage.until('its worker stopped', async () => (await eye.session('worker-3')) === undefined);
  const plan = await stage.run('plan', '--detailed-exitcode');
  stage.check('the plan leaves it alone', plan.code === 0 && plan.output.includes('drained'));
}

async function finish(stage: Stage, eye: SandboxEye): Promise<void> {
  stage.scene('All sectors come to their end');
  await stage.until('every sector is proving', async () => {
    const states = await eye.sectorStates();
    return states.every((state) => state === 'Proving');
  });
  const failed = eye.failedJobs().length;
  stage.check(
    `jobs that failed in the whole demo, by the log of the simulator itself: ${failed}`,
    failed === 0,
  );
  const resumed = await stage.run('resume', 'host-3');
  stage.check('worker-3 is back with just the declared tasks', resumed.code === 0);
  const plan = await stage.run('plan', '--detailed-exitcode');
  stage.check('the last plan is empty', plan.code === 0);
}

/** Changes a text in the lines of one worker. */
function inWorker(name: string, before: string, after: string): (line: string) => string {
  let worker: string | undefined;
  return (line) => {
    worker = /^ {6}(worker-\d+):/.exec(line)?.[1] ?? worker;
    return worker === name ? line.replace(before, after) : line;
  };
}
