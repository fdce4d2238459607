package io.github.logalign.internal.engine;

import io.github.logalign.internal.blas.NativeBuffer;
import io.github.logalign.internal.simd.Element;
import io.github.logalign.internal.simd.Kernels;
import io.github.logalign.internal.simd.Simd;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.matrix.Matrix;
import io.github.logalign.matrix.Precision;
import io.github.logalign.matrix.TokenGroups;
import io.github.logalign.matrix.TokenMask;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Iterates over the counted tokens in blocks: checked, widened, scaled and contiguous. A block is read in place where the
 * memory already has the layout that the kernels read.
 */
public final class TokenBlocks implements AutoCloseable {

    /** The size of a block that stays in the cache. */
    private static final long BLOCK_BYTES = 4L << 20;

    private static final int MAX_TOKENS = 1024;

    private final Matrix x;
    private final CountedTokens counting;
    private final Precision precision;
    private final BlockReader reader;
    private final MemorySegment tokensOfX;

    /** Tokens that cannot be read in place; null until there are some. */
    private @Nullable NativeBuffer gathered;

    private final int capacity;
    private boolean copies;
    private final long last;

    private long next;
    private long counted;
    private boolean anyMagnitude;
    private int exponent;
    private int tokens;
    private MemorySegment segment;
    private long offset;
    private long stride;

    /** All tokens. */
    public TokenBlocks(Matrix x, @Nullable TokenMask mask, Precision precision, String contents) {
        this(x, mask, precision, contents, 0, x.rows());
    }

    /** The tokens from a first to before a last. */
    public TokenBlocks(Matrix x, @Nullable TokenMask mask, Precision precision, String contents, long first,
            long last) {
        this(x, mask, precision, contents, first, last, BLOCK_BYTES);
    }

    /** The same in blocks of another size. */
    public TokenBlocks(Matrix x, @Nullable TokenMask mask, Precision precision, String contents, long first,
            long last, long blockBytes) {
        if (mask != null && mask.tokens() != x.rows()) {
            throw new IllegalArgumentException(
                    "the mask has " + mask.tokens() + " entries, the " + contents + " have " + x.rows() + " tokens");
        }
        this.x = x;
        this.counting = new CountedTokens(mask, first, last);
        this.next = first;
        this.last = last;
        this.precision = precision;
        int fitting = (int) (blockBytes / Math.max(1, x.columns() * working().bytes()));
        this.capacity = (int) Math.min(Math.max(1, last - first), Math.clamp(fitting - fitting % 8, 8, MAX_TOKENS));
        this.tokensOfX = !x.isInMemory() ? MemorySegment.NULL : KernelMemory.view(x.segment());
        this.reader = new BlockReader(x, contents);
        this.segment = tokensOfX;
    }

    private Element working() {
        return WorkingTypes.element(precision);
    }

    @Override
    public void close() {
        reader.close();
        if (gathered != null) {
            gathered.close();
        }
    }

    /** Copies every block from now on, so that any thread may read it. */
    public void copyAll() {
        copies = true;
    }

    /** Begins again, with the tokens of a group alone. */
    public void restrictTo(TokenGroups groups, int group) {
        counting.restrictTo(groups, group);
        next = counting.first();
    }

    /** The largest number of tokens in a block. */
    int capacity() {
        return capacity;
    }

    /**
     * Goes on to the next block.
     *
     * @return false if all blocks have been read
     * @throws LogalignException if an element of a counted token is NaN or infinite
     */
    public boolean advance() {
        next = counting.next(next);
        if (next >= last) {
            return false;
        }
        double max = 0;
        tokens = 0;
        long end = next;
        int runs = 0;
        while (tokens < capacity && end < last) {
            long runEnd = Math.min(counting.end(end), end + capacity - tokens);
            max = Math.max(max, reader.maxMagnitude(end, runEnd - end));
            tokens += (int) (runEnd - end);
            runs++;
            end = counting.next(runEnd);
        }
        chooseExponent(max);
        if (!copies && runs == 1 && reader.readsInPlace(working(), exponent)) {
            segment = tokensOfX;
            offset = next * x.stride() * working().bytes();
            stride = x.stride() * working().bytes();
        } else {
            gather(end);
        }
        counted += tokens;
        next = end;
        return true;
    }

    /** Earlier blocks' exponent, or a smaller one if this block's numbers are larger. */
    private void chooseExponent(double max) {
        if (max == 0) {
            return;
        }
        int fitting = Scaling.exponentFor(max, precision);
        exponent = anyMagnitude ? Math.min(exponent, fitting) : fitting;
        anyMagnitude = true;
    }

    private void gather(long end) {
        gathered = NativeBuffer.ofSize(gathered, capacity * x.columns() * working().bytes());
        segment = gathered.segment();
        offset = 0;
        stride = x.columns() * working().bytes();
        long row = next;
        int filled = 0;
        while (filled < tokens) {
            int run = (int) (Math.min(counting.end(row), Math.min(end, row + tokens - filled)) - row);
            reader.read(row, run, false, working(), exponent, segment, filled * x.columns());
            filled += run;
            row = counting.next(row + run);
        }
    }

    /** Where this block's tokens stand. */
    public MemorySegment segment() {
        return segment;
    }

    /** Where the first of them begins, in bytes. */
    public long offset() {
        return offset;
    }

    /** From token to token, in bytes. */
    public long stride() {
        return stride;
    }

    /** How many tokens this block has. */
    public int tokens() {
        return tokens;
    }

    /** What this block was multiplied by, as an exponent of 2; never larger than the block's before. */
    public int exponent() {
        return exponent;
    }

    /** The sum of the squares of this block's elements, as multiplied. */
    public double sumOfSquares() {
        Kernels kernels = Simd.kernels();
        int n = Math.toIntExact(x.columns());
        if (stride == (long) n * working().bytes()) {
            return kernels.sumOfSquares(segment, offset, working(), tokens * n);
        }
        double sum = 0;
        for (int token = 0; token < tokens; token++) {
            sum += kernels.sumOfSquares(segment, offset + token * stride, working(), n);
        }
        return sum;
    }

    /** How many tokens all blocks so far have. */
    public long counted() {
        return counted;
    }
}
