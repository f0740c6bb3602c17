import { describe, expect, test } from "vitest";
import { exactExecutor } from "../../src/execute/select.ts";
import { openTarget } from "../../src/inference/search/target.ts";
import { compiled } from "../objective/support.ts";
import { densities, densityTolerance } from "./densities.ts";

const statements = [...new Set(densities.priors.map(({ model }) => model))];

/** What searches climb is this density: of a latent on its unconstrained scale, truncated where its type has bounds. */
describe("priors on the unconstrained scale, at 50 digits", () => {
  test.each(statements)("%s", async (text) => {
    const target = openTarget(compiled(text, {}, { guide: { family: "full_rank" } }), exactExecutor({ threads: 1 }));
    const rows = densities.priors.filter(({ model }) => model === text);
    const values = await target.values(Float64Array.from(rows.flatMap(({ u }) => u)));
    target.dispose();
    rows.forEach(({ u, logDensity }, i) =>
      expect(Math.abs(values[i]! - logDensity), `u = ${u.join()}`).toBeLessThan(densityTolerance(logDensity)),
    );
  });

  test("are as many as their file has", () => expect([statements.length, densities.priors.length]).toEqual([12, 35]));
});
