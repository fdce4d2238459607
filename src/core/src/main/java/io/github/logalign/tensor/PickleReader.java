package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import io.github.logalign.tensor.Pickled.Entries;
import io.github.logalign.tensor.Pickled.Global;
import io.github.logalign.tensor.Pickled.Items;
import io.github.logalign.tensor.Pickled.Other;
import io.github.logalign.tensor.Pickled.Text;
import io.github.logalign.tensor.Pickled.Whole;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads a pickle without running it: the instructions that dictionaries of tensors need, in protocols 2 to 5. Every other
 * instruction is refused, and so is every call that {@link PickleCalls} does not know.
 *
 * <p>Memory is bounded whatever the pickle says: by the number of values that are made, and by its own size for texts.
 *
 * <p>Source: the comments of Python's pickletools.py.
 */
final class PickleReader {

    /** Of a text or of a run of bytes; the pickle of the largest model has a few megabytes. */
    static final long MAX_BYTES = 100_000_000;

    /** Values that may be made: a tensor takes some twenty. */
    private static final int MAX_VALUES = 1 << 22;

    private static final int MAX_STACK = 1 << 20;
    private static final int MAX_NAME = 1000;
    private static final int LONGEST_INTEGER = Long.BYTES;

    private static final int FIRST_PROTOCOL = 2;
    private static final int LAST_PROTOCOL = 5;

    private final MemorySegment bytes;
    private final Origin origin;
    private final PickleCalls calls;
    private final List<Pickled> stack = new ArrayList<>();
    private final Deque<Integer> marks = new ArrayDeque<>();
    private final Map<Long, Pickled> memo = new HashMap<>();
    private long at;
    private int made;

    private PickleReader(MemorySegment bytes, Origin origin) {
        this.bytes = bytes;
        this.origin = origin;
        this.calls = new PickleCalls(origin);
    }

    /**
     * Reads one pickle.
     *
     * @throws LogalignException if it is damaged, or needs what is not read here
     */
    static Pickled read(MemorySegment bytes, Origin origin) {
        if (bytes.byteSize() > MAX_BYTES) {
            throw origin.damaged("its pickle has more than " + MAX_BYTES + " bytes");
        }
        return new PickleReader(bytes, origin).run();
    }

    private Pickled run() {
        int first = number(1);
        int protocol = number(1);
        if (first != PickleCode.PROTO || protocol < FIRST_PROTOCOL || protocol > LAST_PROTOCOL) {
            throw origin.damaged("its pickle is not of protocol 2 to 5");
        }
        for (;;) {
            int code = number(1);
            if (code == PickleCode.STOP) {
                Pickled result = pop();
                if (!stack.isEmpty() || !marks.isEmpty()) {
                    throw damaged("leaves values behind");
                }
                return result;
            }
            step(code);
        }
    }

    private void step(int code) {
        switch (code) {
            case PickleCode.FRAME -> requireFrame(size(Long.BYTES));
            case PickleCode.MARK -> marks.push(stack.size());
            case PickleCode.POP -> pop();
            case PickleCode.POP_MARK -> aboveMark();
            case PickleCode.DUP -> push(top());
            case PickleCode.NONE, PickleCode.TRUE, PickleCode.FALSE -> push(Other.VALUE);
            case PickleCode.BYTE -> make(new Whole(number(1)));
            case PickleCode.SHORT -> make(new Whole(number(2)));
            case PickleCode.INT -> make(new Whole((int) u32()));
            case PickleCode.LONG1 -> make(integer(number(1)));
            case PickleCode.FLOAT -> skip(Double.BYTES);
            case PickleCode.TEXT -> make(text(u32()));
            case PickleCode.SHORT_TEXT -> make(text(number(1)));
            case PickleCode.LONG_TEXT -> make(text(size(Long.BYTES)));
            case PickleCode.BYTES, PickleCode.OLD_TEXT -> skip(u32());
            case PickleCode.SHORT_BYTES, PickleCode.OLD_SHORT_TEXT -> skip(number(1));
            case PickleCode.LONG_BYTES -> skip(size(Long.BYTES));
            case PickleCode.EMPTY_TUPLE, PickleCode.EMPTY_LIST, PickleCode.EMPTY_SET -> make(new Items(List.of()));
            case PickleCode.TUPLE, PickleCode.LIST, PickleCode.FROZEN_SET -> make(new Items(aboveMark()));
            case PickleCode.TUPLE1, PickleCode.TUPLE2, PickleCode.TUPLE3 -> make(
                    new Items(popped(code - PickleCode.TUPLE1 + 1)));
            case PickleCode.EMPTY_DICT -> make(new Entries());
            case PickleCode.DICT -> makeEntries(aboveMark());
            case PickleCode.SET_ITEM -> set(popped(2));
            case PickleCode.SET_ITEMS -> set(aboveMark());
            case PickleCode.APPEND -> append(popped(1));
            case PickleCode.APPENDS, PickleCode.ADD_ITEMS -> append(aboveMark());
            default -> stepOfNames(code);
        }
    }

    /** What names, calls and the memory of values need. */
    private void stepOfNames(int code) {
        switch (code) {
            case PickleCode.GLOBAL -> make(global(line(), line()));
            case PickleCode.STACK_GLOBAL -> {
                List<Pickled> names = popped(2);
                if (!(names.get(0) instanceof Text(String module)) || !(names.get(1) instanceof Text(String name))) {
                    throw damaged("names something by what is no text");
                }
                make(global(module, name));
            }
            case PickleCode.REDUCE, PickleCode.NEW_OBJECT -> {
                List<Pickled> call = popped(2);
                make(calls.made(call.get(0), call.get(1)));
            }
            case PickleCode.BUILD -> {
                List<Pickled> build = popped(2);
                push(calls.withState(build.get(0)));
            }
            case PickleCode.PERSISTENT_ID -> make(calls.storage(pop()));
            case PickleCode.PUT -> put(number(1));
            case PickleCode.LONG_PUT -> put(u32());
            case PickleCode.MEMOIZE -> put(memo.size());
            case PickleCode.GET -> get(number(1));
            case PickleCode.LONG_GET -> get(u32());
            default -> throw origin.problem(
                    String.format("its pickle has the instruction 0x%02x, which dictionaries of tensors do not need",
                            code),
                    PickleCalls.SAVE_TENSORS);
        }
    }

    private Global global(String module, String name) {
        return calls.named(new Global(module, name));
    }

    private void put(long key) {
        if (memo.size() == MAX_VALUES) {
            throw damaged("remembers more than " + MAX_VALUES + " values");
        }
        memo.put(key, top());
    }

    private void get(long key) {
        Pickled known = memo.get(key);
        if (known == null) {
            throw damaged("asks for a value that it has not remembered");
        }
        push(known);
    }

    private void make(Pickled value) {
        if (++made > MAX_VALUES) {
            throw damaged("makes more than " + MAX_VALUES + " values");
        }
        push(value);
    }

    private void push(Pickled value) {
        if (stack.size() == MAX_STACK) {
            throw damaged("has more than " + MAX_STACK + " values at once");
        }
        stack.add(value);
    }

    /** Where the values of the innermost mark begin, 0 without one. */
    private int bottom() {
        return marks.isEmpty() ? 0 : marks.element();
    }

    private Pickled top() {
        if (stack.size() == bottom()) {
            throw damaged("takes more values than there are");
        }
        return stack.getLast();
    }

    private Pickled pop() {
        Pickled top = top();
        stack.removeLast();
        return top;
    }

    private List<Pickled> popped(int count) {
        if (stack.size() - bottom() < count) {
            throw damaged("takes more values than there are");
        }
        return cut(stack.size() - count);
    }

    private List<Pickled> aboveMark() {
        if (marks.isEmpty()) {
            throw damaged("ends a list that has not begun");
        }
        return cut(marks.pop());
    }

    private List<Pickled> cut(int from) {
        List<Pickled> top = stack.subList(from, stack.size());
        List<Pickled> values = List.copyOf(top);
        top.clear();
        return values;
    }

    private void makeEntries(List<Pickled> pairs) {
        make(new Entries());
        set(pairs);
    }

    private void set(List<Pickled> pairs) {
        if (!(top() instanceof Entries entries) || pairs.size() % 2 != 0) {
            throw damaged("sets entries of what is no dictionary");
        }
        for (int index = 0; index < pairs.size(); index += 2) {
            entries.put(pairs.get(index), pairs.get(index + 1));
        }
    }

    private void append(List<Pickled> values) {
        if (!(top() instanceof Items items)) {
            throw damaged("appends to what is no list");
        }
        items.values().addAll(values);
    }

    private void requireFrame(long length) {
        if (length > bytes.byteSize() - at) {
            throw damaged("is truncated");
        }
    }

    private int number(int count) {
        require(count);
        int value = count == 1 ? Bytes.u8(bytes, at) : Bytes.u16(bytes, at);
        at += count;
        return value;
    }

    private long u32() {
        require(Integer.BYTES);
        long value = Bytes.u32(bytes, at);
        at += Integer.BYTES;
        return value;
    }

    private long size(int count) {
        require(count);
        long value = Bytes.u64(bytes, at);
        at += count;
        if (value < 0) {
            throw damaged("has a length of 2^63 or more");
        }
        return value;
    }

    private void require(long count) {
        if (count > bytes.byteSize() - at) {
            throw damaged("is truncated");
        }
    }

    /** An integer of a few bytes; one that is too large for 64 bits is nothing that a shape needs. */
    private Pickled integer(int count) {
        require(count);
        long value = 0;
        for (int index = Math.min(count, LONGEST_INTEGER) - 1; index >= 0; index--) {
            int next = Bytes.u8(bytes, at + index);
            value = index == count - 1 ? (byte) next : value << Byte.SIZE | next;
        }
        at += count;
        return count > LONGEST_INTEGER ? Other.VALUE : new Whole(value);
    }

    private Text text(long length) {
        require(length);
        byte[] encoded = Bytes.copy(bytes, at, length);
        at += length;
        try {
            return new Text(StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(encoded)).toString());
        } catch (CharacterCodingException malformed) {
            throw origin.problem("its pickle has a text that is not UTF-8", Origin.FETCH_AGAIN, malformed);
        }
    }

    /** Passes over a value that nothing here needs. */
    private void skip(long length) {
        require(length);
        at += length;
        push(Other.VALUE);
    }

    private String line() {
        StringBuilder line = new StringBuilder();
        for (int next = number(1); next != '\n'; next = number(1)) {
            if (line.length() == MAX_NAME) {
                throw damaged("has a name of more than " + MAX_NAME + " characters");
            }
            line.append((char) next);
        }
        return line.toString();
    }

    private LogalignException damaged(String what) {
        return origin.damaged("its pickle " + what);
    }
}
