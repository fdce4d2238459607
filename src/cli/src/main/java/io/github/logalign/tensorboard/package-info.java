/**
 * Reads the scalars of TensorBoard's event files, and writes such files. Each record is an Event in the wire format of
 * protocol buffers, framed by its length and checksums.
 *
 * <p>All content of a file is treated as hostile: lengths are compared with the size of the file before use, and checksums are
 * checked.
 */
@NullMarked
package io.github.logalign.tensorboard;

import org.jspecify.annotations.NullMarked;
