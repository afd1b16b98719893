import { expect, it } from 'vitest';
import { openAddresses } from '../../src/observed/open-api.js';

it.each([
  ['/ip4/0.0.0.0/tcp/2345/http', ['8.8.8.8']],
  ['/ip4/0.0.0.0/tcp/2345', ['8.8.8.8']],
  ['/ip6/::/tcp/2345', ['2600::1']],
  ['/ip4/8.8.4.4/tcp/2345', ['8.8.4.4']],
  ['/ip4/10.0.0.10/tcp/2345', []],
])('of a machine in the internet %s lets %j in', (listen, open) => {
  expect(openAddresses({ publicAddresses: ['8.8.8.8', '2600::1'] }, listen, '')).toEqual(open);
});
