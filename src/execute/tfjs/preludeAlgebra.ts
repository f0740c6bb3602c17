/** A function of the prelude, and the others that it calls. */
export interface Helper {
  readonly needs: readonly string[];
  readonly text: string;
}

/** Linear algebra and recurrences, which TensorFlow.js lacks or has on one back end alone. */
export const algebra = {
  cholesky: {
    needs: [],
    text: `
/** Lower factors of a [batch, n, n], column by column; a column is zero above its pivot. */
function cholesky(a) {
  return tf.tidy(() => {
    const [batch, n] = a.shape;
    let factor = null;
    for (let j = 0; j < n; j++) {
      let column = tf.slice(a, [0, j, j], [batch, n - j, 1]);
      if (factor) {
        const rows = tf.slice(factor, [0, j, 0], [batch, n - j, j]);
        const pivot = tf.slice(rows, [0, 0, 0], [batch, 1, j]);
        column = tf.sub(column, tf.matMul(rows, pivot, false, true));
      }
      column = tf.div(column, tf.sqrt(tf.slice(column, [0, 0, 0], [batch, 1, 1])));
      if (j > 0) column = tf.pad(column, [[0, 0], [j, 0], [0, 0]]);
      factor = factor ? tf.concat([factor, column], 2) : column;
    }
    return factor;
  });
}`,
  },

  scan: {
    needs: [],
    text: `
/** A recurrence: one vector of its outputs, those carried as they end, the others row by row. */
function scan(body, inputs, outputs, args, count, reverse) {
  const given = {};
  const carried = new Map();
  inputs.forEach(([name, role], i) => {
    if (role !== "feed") given[name] = args[i];
  });
  const rows = outputs.map(() => new Array(count));
  for (let turn = 0; turn < count; turn++) {
    const row = reverse ? count - 1 - turn : turn;
    const passing = [];
    inputs.forEach(([name, role, shape], i) => {
      if (role !== "feed") return;
      const slice = tf.slice(args[i], [row, ...shape.map(() => 0)], [1, ...shape]);
      given[name] = tf.reshape(slice, shape);
      passing.push(slice, given[name]);
    });
    const made = body.run(given);
    for (const tensor of passing) tensor.dispose();
    for (const tensor of carried.values()) tensor.dispose();
    outputs.forEach(([name, carry], k) => {
      if (carry === null) rows[k][row] = made[name];
      else carried.set(carry, (given[carry] = made[name]));
    });
  }
  const flat = outputs.flatMap(([, carry], k) =>
    (carry === null ? rows[k] : [given[carry]]).map((tensor) => tf.reshape(tensor, [-1])),
  );
  const result = flat.length === 1 ? tf.clone(flat[0]) : tf.concat(flat, 0);
  for (const tensor of [...flat, ...rows.flat(), ...carried.values()]) tensor.dispose();
  return result;
}`,
  },

  solveTriangular: {
    needs: [],
    text: `
/** X with A X = B, or A' X = B: a [batch, n, n], lower; b [batch, n, m]. One row at a time. */
function solveTriangular(a, b, transpose) {
  return tf.tidy(() => {
    const [batch, n, m] = b.shape;
    let x = null;
    for (let step = 0; step < n; step++) {
      const i = transpose ? n - 1 - step : step;
      let row = tf.slice(b, [0, i, 0], [batch, 1, m]);
      if (x) {
        const at = transpose ? [0, i + 1, i] : [0, i, 0];
        const known = tf.slice(a, at, transpose ? [batch, step, 1] : [batch, 1, step]);
        row = tf.sub(row, tf.matMul(known, x, transpose, false));
      }
      row = tf.div(row, tf.slice(a, [0, i, i], [batch, 1, 1]));
      x = x ? tf.concat(transpose ? [row, x] : [x, row], 1) : row;
    }
    return x;
  });
}`,
  },
} satisfies Record<string, Helper>;
