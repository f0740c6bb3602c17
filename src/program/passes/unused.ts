import { dropUnused, type Pass } from "../rewrite.ts";

/** Forgets equations that no output needs, inputs included. */
export const forgetUnused: Pass = { name: "forget-unused", mayGrow: false, run: dropUnused };
