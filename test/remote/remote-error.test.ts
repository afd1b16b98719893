import { describe, expect, it } from 'vitest';
import { dialRefused, dialTimedOut } from '../../src/remote/remote-error.js';

describe('a connection that does not come about', () => {
  it.each([
    // What sshd says of a channel, in the words of strerror and getaddrinfo.
    ['(SSH) Channel open failure: Connection refused', 'SF407'],
    ['(SSH) Channel open failure: ', 'SF407'],
    ['(SSH) Channel open failure: No route to host', 'SF419'],
    ['(SSH) Channel open failure: Network is unreachable', 'SF419'],
    ['(SSH) Channel open failure: Connection timed out', 'SF419'],
    ['(SSH) Channel open failure: Name or service not known', 'SF419'],
    ['(SSH) Channel open failure: Temporary failure in name resolution', 'SF419'],
    // What Node says of a socket of its own.
    ['connect ECONNREFUSED 10.0.0.10:2345', 'SF407'],
    ['connect EHOSTUNREACH 10.0.0.10:2345', 'SF419'],
    ['connect ENETUNREACH 10.0.0.10:2345', 'SF419'],
    ['connect ETIMEDOUT 10.0.0.10:2345', 'SF419'],
    ['getaddrinfo ENOTFOUND miner-9', 'SF419'],
    ['getaddrinfo EAI_AGAIN miner-9', 'SF419'],
    ['none of its 8 channels has become free for 0.2 s', 'SF407'],
  ])('%s: %s', (why, code) => {
    const diagnostic = dialRefused('host-1', '10.0.0.10', 2345, new Error(why));
    expect(diagnostic).toMatchObject({
      code,
      message: `host-1 cannot connect to 10.0.0.10:2345: ${why}`,
      place: { kind: 'host', host: 'host-1' },
    });
  });

  it('is told by its code where there is no message', () => {
    const error = Object.assign(new Error(''), { code: 'EHOSTUNREACH' });
    expect(dialRefused('host-1', 'fd00::1', 2345, error)).toMatchObject({
      code: 'SF419',
      message: 'host-1 cannot connect to [fd00::1]:2345: EHOSTUNREACH',
    });
  });

  it('in time has found nobody there', () => {
    expect(dialTimedOut('host-1', '10.0.0.10', 2345, 10_000)).toMatchObject({
      code: 'SF419',
      message: 'host-1 got no connection to 10.0.0.10:2345 within 10 s',
    });
  });
});
