import { require } from "tsx/cjs/api";

/**
 * Gradients of TensorFlow.js for `tf.variableGrads`. The bundle that Node gets leaves them out, and the files that
 * register them are written for bundlers: Node refuses their imports, tsx reads them. The registry is global.
 */
require("@tensorflow/tfjs-core/dist/register_all_gradients.js", import.meta.url);
