package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Matrix;

/**
 * A matrix and the name it goes by: the tensor's, with {@code [i]} behind it where a tensor holds several.
 *
 * @param name the name, unescaped: see {@link Names#printable(String)}
 * @param matrix a view of the file
 */
public record NamedMatrix(String name, Matrix matrix) {}
