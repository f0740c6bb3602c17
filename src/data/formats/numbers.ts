/** How tables write that a value is missing. */
const absent = /^(NA|NaN)?$/i;

/** What a cell of a table says: NaN where a value is missing, null where it is no number. */
export function numberIn(cell: string): number | null {
  // blanks alone are 0 to `Number`
  const number = cell === "" ? NaN : Number(cell);
  if (!Number.isNaN(number)) return number;
  return absent.test(cell) ? NaN : null;
}

/** Numbers that come one after another, nobody knows how many. */
export interface Growing {
  readonly push: (number: number) => void;
  /** How many there are. */
  readonly length: () => number;
  /** All of them; those that were kept until then are let go. */
  readonly finish: () => Float64Array;
}

const [shortest, longest] = [1 << 6, 1 << 16];

/** They are kept in pieces of twice the length each time, up to half a megabyte: growing copies nothing. */
export function growing(): Growing {
  const full: Float64Array[] = [];
  let open = new Float64Array(shortest);
  let [before, at] = [0, 0];
  return {
    push: (number) => {
      if (at === open.length) {
        full.push(open);
        before += at;
        open = new Float64Array(Math.min(longest, 2 * at));
        at = 0;
      }
      open[at++] = number;
    },
    length: () => before + at,
    finish: () => {
      const all = new Float64Array(before + at);
      let next = 0;
      for (const piece of [...full.splice(0), open.subarray(0, at)]) {
        all.set(piece, next);
        next += piece.length;
      }
      open = new Float64Array(0);
      return all;
    },
  };
}
