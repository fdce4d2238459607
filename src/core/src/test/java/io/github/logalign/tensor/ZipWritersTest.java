package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.dictionary;
import static io.github.logalign.tensor.TestBytes.f32;
import static io.github.logalign.tensor.TestBytes.join;
import static io.github.logalign.tensor.TestBytes.latin1;
import static io.github.logalign.tensor.TestBytes.npy;
import static io.github.logalign.tensor.TestBytes.u64;
import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.changed;
import static io.github.logalign.tensor.ZipBytes.member;
import static io.github.logalign.tensor.ZipBytes.streamed;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Npz files as different programs lay them out; each is right, and none is like another. */
class ZipWritersTest {

    private static final byte[] FIRST = npy(dictionary("<f4", false, "(1, 2)"), f32(1, 2));
    private static final byte[] SECOND = npy(dictionary("<f4", false, "(1, 2)"), f32(3, 4));
    private static final int DESCRIPTOR_FOLLOWS = 1 << 3;
    private static final int UTF8 = 1 << 11;

    @TempDir
    Path folder;

    /** A writer's habit, shown on an archive of two members. */
    record Habit(String name, Consumer<ZipBytes> archive, Consumer<ZipBytes.Member> members) {

        byte[] write() {
            // The members first: some habits are about what stands in them.
            ZipBytes zip = new ZipBytes();
            zip.with(changed(member("a.npy", FIRST, false), members), changed(member("b.npy", SECOND, true), members));
            archive.accept(zip);
            return zip.build();
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Habit members(String name, Consumer<ZipBytes.Member> members) {
        return new Habit(name, _ -> {}, members);
    }

    private static Habit archive(String name, Consumer<ZipBytes> archive) {
        return new Habit(name, archive, _ -> {});
    }

    static Stream<Habit> habits() {
        return Stream.of(
                // force_zip64 of CPython up to 3.11.3, which numpy asks for: the wide field beside plain sizes
                // (python/cpython#103861).
                members("numpy on CPython 3.11.0", m -> m.localExtra = wide(m.size, m.storedSize)),
                // Other Pythons: the plain sizes say that the wide ones count.
                members("numpy on other CPythons", ZipBytes::wideLocal),
                // Go's archive/zip streams, and in the directory writes all three wide numbers at once; the place stays
                // plain as well.
                members("Go, wide", m -> {
                    stream(m);
                    m.extra = wide(m.size, m.storedSize, m.method == 0 ? 0 : 35 + FIRST.length + 16);
                    m.size = m.storedSize = 0xFFFFFFFFL;
                }),
                members("Go, narrow", ZipWritersTest::stream),
                // Sizes that are known stand in the local header although a descriptor repeats them.
                members("sizes with a descriptor", m -> {
                    long[] sizes = {m.localCrc, m.localStoredSize, m.localSize};
                    stream(m);
                    m.localCrc = sizes[0];
                    m.localStoredSize = sizes[1];
                    m.localSize = sizes[2];
                }),
                members("descriptor told in the local header only", m -> {
                    stream(m);
                    m.flags &= ~DESCRIPTOR_FOLLOWS;
                }),
                members("descriptor told in the directory only, sizes known", m -> {
                    m.flags |= DESCRIPTOR_FOLLOWS;
                    m.after = ZipBytes.descriptor(m);
                }),
                members("UTF-8 told in the local header only", m -> m.localFlags |= UTF8),
                members("UTF-8 told in the directory only", m -> m.flags |= UTF8),
                // Streaming with wide sizes: zeros in the wide field, and all ones in the header.
                members("stream with a wide field", m -> {
                    stream(m);
                    m.localExtra = wide(0, 0);
                    m.localSize = m.localStoredSize = 0xFFFFFFFFL;
                }),
                // Only what does not fit, as the format's specification has it.
                members("wide stored size alone", m -> {
                    m.extra = wide(m.storedSize);
                    m.storedSize = 0xFFFFFFFFL;
                }),
                // Info-ZIP: time stamps and owners, of different lengths in the two places.
                members("Info-ZIP", m -> {
                    m.localExtra = join(new byte[]{'U', 'T', 9, 0, 3}, new byte[8], new byte[]{'u', 'x', 0, 0});
                    m.extra = new byte[]{'U', 'T', 5, 0, 3, 1, 2, 3, 4};
                }),
                // zipalign pads with zeros of any number; others leave a field that is cut short.
                members("zipalign", m -> m.localExtra = new byte[3]),
                members("cut field", m -> m.extra = new byte[]{9, 9, 100, 0}),
                members("the same wide field twice",
                        m -> m.localExtra = join(wide(m.size, m.storedSize), wide(m.size, m.storedSize))),
                members("bytes between members", m -> m.after = new byte[5]),
                archive("comment", zip -> zip.comment = utf8("saved by hand")),
                archive("comment with a signature", zip -> zip.comment = latin1("PK\5\6 and more")),
                // PyTorch's writer and others: always, needed or not.
                archive("wide end beside a plain one", zip -> {
                    zip.zip64End = true;
                    zip.plainEnd = true;
                }),
                archive("wide end", zip -> zip.zip64End = true),
                archive("behind a program, places from the file's beginning",
                        zip -> zip.before = latin1("#!/bin/sh\n")),
                archive("behind a program, places from the archive's beginning", zip -> {
                    zip.before = latin1("#!/bin/sh\nexit\n");
                    zip.relative = true;
                }),
                archive("behind a program, wide", zip -> {
                    zip.before = latin1("MZ, then much of everything");
                    zip.relative = true;
                    zip.zip64End = true;
                    zip.comment = utf8("x");
                }));
    }

    private static byte[] wide(long... numbers) {
        byte[] field = {1, 0, (byte) (8 * numbers.length), 0};
        for (long number : numbers) {
            field = join(field, u64(number));
        }
        return field;
    }

    /** Written to a stream: what comes of the data stands behind it. */
    private static void stream(ZipBytes.Member m) {
        m.flags |= DESCRIPTOR_FOLLOWS;
        m.localFlags |= DESCRIPTOR_FOLLOWS;
        m.after = ZipBytes.descriptor(m);
        m.localCrc = m.localSize = m.localStoredSize = 0;
    }

    @ParameterizedTest
    @MethodSource("habits")
    void isRead(Habit habit) throws IOException {
        Path path = Files.write(folder.resolve("arrays"), habit.write());
        try (TensorFile file = TensorFile.open(path)) {
            assertEquals("npz", file.format());
            assertEquals(List.of("a", "b"), file.tensors().stream().map(Tensor::name).toList());
            assertEquals(2, file.matrix("a").get(0, 1));
            assertEquals(3, file.matrix("b").get(0, 0));
        }
    }

    /** A name in another charset than it says, or in none: shown byte by byte. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void namesInOtherCharsetsAreKept(boolean saysUtf8) throws IOException {
        byte[] archive = ZipBytes.archive(changed(member("a.npy", FIRST, false), m -> {
            m.name = m.localName = latin1("caf\u00e9.npy");
            m.flags = m.localFlags = saysUtf8 ? UTF8 : 0;
        }), streamed("b.npy", SECOND, false, true));
        try (TensorFile file = TensorFile.open(Files.write(folder.resolve("arrays"), archive))) {
            assertEquals(1, file.matrix("caf\u00e9").get(0, 0));
            assertEquals(4, file.matrix("b").get(0, 1));
        }
    }
}
