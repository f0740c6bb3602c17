/** Names alone, so that whoever only wants to know them does not load what they stand for. */

/** Ways to run a program. */
export const engineNames = ["auto", "fused", "tfjs", "reference"] as const;
export type EngineName = (typeof engineNames)[number];

/** Back ends of TensorFlow.js. */
export const backendNames = ["wasm", "cpu", "webgpu", "node", "node-gpu"] as const;
export type BackendName = (typeof backendNames)[number];
