/** Models that ONNX Runtime runs, with probes on their layers. */
@NullMarked
package io.github.logalign.onnxruntime;

import org.jspecify.annotations.NullMarked;
