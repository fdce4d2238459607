package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.matrix.Matrix;

/**
 * A matrix and its name: the tensor's name, followed by {@code [i]} if the tensor holds several matrices.
 *
 * @param name the name, unescaped: see {@link Names#printable(String)}
 * @param matrix a view of the file
 */
public record NamedMatrix(String name, Matrix matrix) {}
