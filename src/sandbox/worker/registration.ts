import { setTimeout as pause } from 'node:timers/promises';
import { INTERVALS } from '../speed.js';
import type { LocalStorage } from './local-storage.js';
import type { LocalWorker } from './local-worker.js';
import type { MinerApi } from './miner-api.js';
import { log } from './print.js';

export interface Registration {
  readonly miner: MinerApi;
  readonly storage: LocalStorage;
  readonly worker: LocalWorker;
  /** Of this worker's RPC. */
  readonly url: string;
  /** The miner takes the worker's token no more. */
  readonly onRefused: () => void;
}

/**
 * Registers with the miner and does so again whenever the miner is another process than before: but only once
 * its own calls have ended, so a busy worker stays away. Returns after the first registration.
 * Lotus: cmd/lotus-worker/main.go
 */
export async function keepRegistered(registration: Registration): Promise<void> {
  const { miner, url } = registration;
  const session = await miner.session();
  await miner.connect(url);
  log('INFO', 'Worker registered successfully, waiting for tasks');
  void reportForEver(registration.storage);
  void watchForEver(registration, session);
}

/** Never resolves. */
export async function reportForEver(storage: LocalStorage): Promise<void> {
  for (;;) {
    await storage.reportHealth();
    await pause(INTERVALS.heartbeat);
  }
}

async function watchForEver(registration: Registration, first: string): Promise<void> {
  let known = first;
  for (;;) {
    await pause(INTERVALS.heartbeat);
    try {
      const session = await registration.miner.session();
      if (session !== known) {
        await registerAgain(registration);
        known = session;
      }
    } catch (error) {
      if (String(error).includes('http status 401')) registration.onRefused();
      log('WARN', `heartbeat: checking remote session failed: ${String(error)}`);
    }
  }
}

async function registerAgain({ miner, storage, worker, url }: Registration): Promise<void> {
  log('INFO', 'LOTUS-MINER CONNECTION LOST; making sure no local tasks are running');
  while (!worker.isIdle()) await pause(50);
  await storage.redeclare(null, false);
  await miner.connect(url);
  log('INFO', 'Worker registered successfully, waiting for tasks');
}
