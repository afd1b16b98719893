import { describe, expect, it } from 'vitest';
import { userName } from '../../src/cli/user-name.js';

const lookUp = (name: string) => () => ({ username: name });

/** What Node does for a uid that no passwd entry names. */
function noEntry(): never {
  throw new Error('ENOENT: no such file or directory, uv_os_get_passwd');
}

describe('userName', () => {
  it.each([
    ['the passwd entry', lookUp('alice'), { LOGNAME: 'bob' }, 'alice'],
    ['LOGNAME', noEntry, { LOGNAME: 'bob', USER: 'carol' }, 'bob'],
    ['USER', noEntry, { LOGNAME: '', USER: 'carol' }, 'carol'],
    ['the uid', noEntry, { USER: '' }, 'uid-54321'],
  ])('takes %s', (_, look, environment, expected) => {
    expect(userName(look, environment, 54321)).toBe(expected);
  });

  it('says so where there is not even a uid', () => {
    expect(userName(noEntry, {}, undefined)).toBe('somebody');
  });
});
