package io.github.logalign.internal.blas;

import io.github.logalign.internal.pool.Pool;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** The small arguments of one call, which Fortran takes by reference: which calls reuse one after the other. */
final class ArgumentSlots implements AutoCloseable {

    private static final int SLOT = Long.BYTES;
    private static final int SLOTS = 16;
    private static final Pool<ArgumentSlots> POOL = new Pool<>(ArgumentSlots::new);

    private final MemorySegment[] slots = new MemorySegment[SLOTS];
    private int used;

    private ArgumentSlots() {
        MemorySegment memory = Arena.ofAuto().allocate((long) SLOTS * SLOT, SLOT);
        for (int i = 0; i < SLOTS; i++) {
            slots[i] = memory.asSlice((long) i * SLOT, SLOT);
        }
    }

    /** For one call, to be closed. */
    static ArgumentSlots take() {
        return POOL.take();
    }

    private MemorySegment slot() {
        return slots[used++];
    }

    MemorySegment integer(int value) {
        MemorySegment slot = slot();
        slot.set(ValueLayout.JAVA_INT, 0, value);
        return slot;
    }

    MemorySegment character(char value) {
        MemorySegment slot = slot();
        slot.set(ValueLayout.JAVA_BYTE, 0, (byte) value);
        return slot;
    }

    MemorySegment real(Real real, double value) {
        MemorySegment slot = slot();
        if (real == Real.DOUBLE) {
            slot.set(ValueLayout.JAVA_DOUBLE, 0, value);
        } else {
            slot.set(ValueLayout.JAVA_FLOAT, 0, (float) value);
        }
        return slot;
    }

    @Override
    public void close() {
        used = 0;
        POOL.give(this);
    }
}
