import { onAxis } from "../tensor/shape.ts";
import { family } from "./family.ts";
import { count, entries, entryAt, integers, scalar, simplexRows, simplexVector } from "./parts.ts";

/** A sequence of states, numbered from 0, each of which depends on the one before it only. */
export const markov = family({
  name: "markov",
  parameters: {
    initial: simplexVector("the probability of each state at the start"),
    transition: simplexRows("row i: the probability of each state after state i"),
    steps: count("the length of the sequence, a size"),
  },
  eventRank: 1,
  eventSize: "steps",
  support: integers(0, { lastIndexOf: "initial" }),

  // log initial[x[0]] + sum_t log transition[x[t - 1], x[t]]
  logDensity(b, x, { initial, transition }) {
    const T = onAxis(b.shapeOf(x), -1);
    const S = onAxis(b.shapeOf(initial), -1);
    const first = b.narrow(x, -1, 0, 1);
    const start = b.log(entryAt(b, initial, b.reshape(first, b.shapeOf(x).slice(0, -1))));
    if (T === 1) return start;
    // rows of the transition matrix, picked by a product with one-hot rows
    const before = b.equal(b.expand(b.narrow(x, -1, 0, T - 1), -1), b.iota(S));
    const rows = b.matmul(before, transition);
    const moves = b.log(entryAt(b, rows, b.narrow(x, -1, 1, T - 1)));
    return b.add(start, b.sum(moves, [-1]));
  },

  draw(random, { initial, transition, steps }) {
    const S = entries(initial).length;
    const path = new Float64Array(scalar(steps));
    for (let t = 0, at = 0; t < path.length; t++) {
      const weights = t === 0 ? entries(initial) : entries(transition).slice(at * S, (at + 1) * S);
      let left = random.uniform();
      let next = weights.findIndex((weight) => (left -= weight) < 0);
      // rounding can leave a crumb: the last state that is possible at all takes it
      if (next < 0) next = weights.findLastIndex((weight) => weight > 0);
      path[t] = at = next;
    }
    return path;
  },
  source: "Rabiner (1989), A tutorial on hidden Markov models, section II",
});
