package io.github.logalign.tensor;

import io.github.logalign.internal.io.Names;
import io.github.logalign.internal.io.Origin;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The limit on the bytes to which the compressed members of one archive may expand in total. Each member counts when it
 * is first read. Safe for use by many threads.
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

    /** The default, or the value of the property. */
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
                    "the property " + PROPERTY + " is not a number: " + Names.printable(text), notANumber);
        }
        throw new IllegalArgumentException("the property " + PROPERTY + " is negative: " + text);
    }

    /** Reserves bytes, or fails without reserving any. */
    void take(long bytes, Origin member) {
        long before = left.getAndUpdate(there -> bytes <= there ? there - bytes : there);
        if (bytes > before) {
            throw member.problem(
                    "with it, the members that were read would expand to more than " + limit + " bytes",
                    "save the arrays uncompressed with numpy.savez, or raise -D" + PROPERTY);
        }
    }
}
