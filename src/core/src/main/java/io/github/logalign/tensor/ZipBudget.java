package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many bytes the compressed members of one archive may expand to in all; each counts when it is first asked for. Safe
 * for use by many threads.
 */
final class ZipBudget {

    static final String PROPERTY = "logalign.npz.maxBytes";

    private static final long DEFAULT_BYTES = 4L << 30;

    private final long limit;
    private final AtomicLong left;

    private ZipBudget(long limit) {
        this.limit = limit;
        this.left = new AtomicLong(limit);
    }

    /** The default, or what the property says. */
    static ZipBudget ofProperty() {
        String text = System.getProperty(PROPERTY);
        if (text == null) {
            return new ZipBudget(DEFAULT_BYTES);
        }
        try {
            long limit = Long.parseLong(text);
            if (limit >= 0) {
                return new ZipBudget(limit);
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "the property " + PROPERTY + " is no number: " + Names.printable(text), notANumber);
        }
        throw new IllegalArgumentException("the property " + PROPERTY + " is negative: " + text);
    }

    /** Takes some bytes, or fails and takes none. */
    void take(long bytes, Origin member) {
        long before = left.getAndUpdate(there -> bytes <= there ? there - bytes : there);
        if (bytes > before) {
            throw member.problem(
                    "with it, the members that were read would expand to more than " + limit + " bytes",
                    "save the arrays uncompressed with numpy.savez, or raise -D" + PROPERTY);
        }
    }
}
