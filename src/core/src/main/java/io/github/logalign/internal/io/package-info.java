/** Files: mapping them, replacing them whole or not at all, and telling what is wrong with them. Not part of the API. */
@NullMarked
package io.github.logalign.internal.io;

import org.jspecify.annotations.NullMarked;
