/**
 * Strict readers and atomic writers of tensor files: safetensors (sharded too), npy and npz, and readers of files of
 * torch.save, whose pickles are read and never run, and of ONNX. Files are memory-mapped and not copied, unless they are
 * compressed or their elements do not follow each other. Start at {@link io.github.logalign.tensor.TensorFile#open}.
 *
 * <p>All content of a file is treated as hostile: lengths are validated before use, names are escaped before they
 * appear in a message and are never used as paths.
 */
@NullMarked
package io.github.logalign.tensor;

import org.jspecify.annotations.NullMarked;
