/**
 * Strict readers and atomic writers of tensor files: safetensors (sharded too), npy and npz. Files are mapped, never
 * copied, unless they are compressed. Start at {@link io.github.logalign.tensor.TensorFile#open}.
 *
 * <p>Everything in a file is taken for hostile: lengths are checked before they are believed, names are escaped before
 * they appear in a message and are never used as paths.
 */
@NullMarked
package io.github.logalign.tensor;

import org.jspecify.annotations.NullMarked;
