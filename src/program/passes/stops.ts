import { firstOf, rewriteAll, type Pass } from "../rewrite.ts";

/**
 * Takes `stop` away: once the derivatives are written it computes nothing, and it would hide that two values are equal.
 * This is why a program is differentiated before it is optimised, never after.
 */
export const forgetStops: Pass = {
  name: "forget-stops",
  mayGrow: false,
  run: (program) =>
    program.equations.some(({ op }) => op === "stop")
      ? rewriteAll(program, firstOf({ stop: [(_, { args: [x] }) => x] }))
      : program,
};
