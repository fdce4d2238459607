/** Files: mapping them, replacing them atomically, and reporting their problems. Not part of the API. */
@NullMarked
package io.github.logalign.internal.io;

import org.jspecify.annotations.NullMarked;
