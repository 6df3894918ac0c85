import { describe, expect, it } from 'vitest';
import { fenOf, yuan } from './money';

describe('money', () => {
  it('is read in yuan and sent in fen', () => {
    expect(yuan('123450')).toBe('1,234.50');
    expect(yuan(undefined)).toBe('0.00');
    expect(fenOf(' 12.5 ')).toBe('1250');
    expect(fenOf('0.07')).toBe('7');
    expect(fenOf('12')).toBe('1200');
    expect(fenOf('1,2')).toBeNull();
    expect(fenOf('-1')).toBeNull();
    expect(fenOf('1.234')).toBeNull();
  });
});
