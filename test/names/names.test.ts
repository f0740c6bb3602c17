import { describe, expect, test } from "vitest";
import { otherUnder } from "./law.ts";
import { hostileNames, renamable } from "./models.ts";

// `npm run fuzz` has every name of every model under every hostile one
describe.each(renamable)("$title", (model) => {
  test.each([0, 20, 40, 60, 80].filter((turn) => turn < hostileNames.length))(
    "says the same from hostile name %i on",
    async (turn) => {
      expect(await otherUnder(model, turn)).toBeNull();
    },
  );
});
