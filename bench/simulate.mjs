// How fast a farm of a hundred workers is simulated: node bench/simulate.mjs [DAYS] [FILE], after npm run build.
import { readFileSync } from 'node:fs';

const DAY = 86_400_000;
const days = Number(process.argv[2] ?? 30);

const built = (path) => import(new URL(`../dist/${path}`, import.meta.url));
const { readFarm } = await built('farm/read-farm.js');
const { declaredHardware } = await built('check/layout.js');
const { defaultDurations } = await built('simulate/durations.js');
const { simulate } = await built('simulate/simulate.js');
const { EventQueue } = await built('simulate/event-queue.js');

const file = new URL(process.argv[3] ?? 'hundred-workers.yaml', import.meta.url);
const { farm, diagnostics } = readFarm(readFileSync(file, 'utf8'), file.pathname);
if (farm === undefined) throw new Error(JSON.stringify(diagnostics));

let events = 0;
const { take } = EventQueue.prototype;
EventQueue.prototype.take = function counted() {
  events += 1;
  return take.call(this);
};

const settings = {
  durations: defaultDurations(farm.sectorSize),
  horizon: days * DAY,
  bandwidth: 1.25e9,
  jitter: 0.05,
  seed: 1,
};
const start = performance.now();
const { finished, sectorsPerDay, bottleneck } = simulate(farm, declaredHardware(farm), settings);
const seconds = (performance.now() - start) / 1000;

const whole = (number) => Math.round(number).toLocaleString('en');
console.log(`${days} days, ${whole(finished)} sectors finished, ${whole(sectorsPerDay)} a day`);
console.log(`bottleneck: ${bottleneck?.task ?? 'none'} (${bottleneck?.binds ?? '-'})`);
console.log(`${seconds.toFixed(1)} s, ${whole(events)} events, ${whole(events / seconds)} a second`);
