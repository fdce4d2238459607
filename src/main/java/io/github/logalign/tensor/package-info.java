/**
 * Strict readers and writers of tensor files: safetensors (sharded too), npy, npz. Files are mapped, not copied; nothing in
 * them is trusted: sizes are checked before they are used, names are escaped before they are shown.
 */
@NullMarked
package io.github.logalign.tensor;

import org.jspecify.annotations.NullMarked;
