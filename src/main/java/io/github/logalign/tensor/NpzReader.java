package io.github.logalign.tensor;

import io.github.logalign.LogalignException;
import io.github.logalign.tensor.NpyHeader.HeaderException;
import io.github.logalign.tensor.ZipMembers.Member;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;
import org.jspecify.annotations.Nullable;

/**
 * Reads a npz file: a zip archive of npy arrays. Stored members are mapped where they are, deflated ones are unpacked into
 * native memory when they are first asked for; the CRC of either is verified then.
 */
final class NpzReader {

    /** The system property that bounds what a file may unpack to, in bytes. */
    static final String MAX_BYTES_PROPERTY = "logalign.npz.maxBytes";

    private static final long DEFAULT_MAX_BYTES = 4L << 30;
    private static final String SUFFIX = ".npy";
    private static final int CHUNK = 1 << 20;

    private final MappedFile file;
    private final Arena arena;

    private NpzReader(MappedFile file, Arena arena) {
        this.file = file;
        this.arena = arena;
    }

    static TensorFile read(MappedFile file, Arena arena) {
        NpzReader reader = new NpzReader(file, arena);
        List<Member> members = ZipMembers.of(file);
        reader.checkKind(members);
        reader.checkExpansion(members);
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (Member member : members) {
            Tensor tensor = reader.tensor(member);
            tensors.put(tensor.name(), tensor);
        }
        return new TensorFile(file.path(), "npz", arena, Map.of(), tensors);
    }

    private void checkKind(List<Member> members) {
        for (Member member : members) {
            if (member.name().endsWith("/data.pkl") || member.name().equals("data.pkl")) {
                throw file.bad("is a pickle in a zip archive (a .pt or .bin of PyTorch); " + Format.CONVERT_PICKLE);
            }
        }
        for (Member member : members) {
            if (!member.name().endsWith(SUFFIX)) {
                throw file.bad("is a zip archive, but not a npz: member \"" + Names.printable(member.name())
                        + "\" is no npy array");
            }
        }
    }

    private void checkExpansion(List<Member> members) {
        long limit = Long.getLong(MAX_BYTES_PROPERTY, DEFAULT_MAX_BYTES);
        long total = 0;
        for (Member member : members) {
            if (member.method() == ZipMembers.DEFLATED) {
                if (member.size() > limit - total) {
                    throw file.bad("unpacks to more than " + limit + " bytes; save it with numpy.savez, or raise -D"
                            + MAX_BYTES_PROPERTY);
                }
                total += member.size();
            }
        }
    }

    private LogalignException bad(Member member, @Nullable String what) {
        return file.bad("member \"" + Names.printable(member.name()) + "\": " + what);
    }

    private Tensor tensor(Member member) {
        try {
            NpyHeader header = NpyHeader.read(start(member));
            NpyReader.checkSize(header, member.size());
            String name = member.name().substring(0, member.name().length() - SUFFIX.length());
            Supplier<MemorySegment> data = new Content(member, header.dataOffset());
            ByteOrder order = header.byteOrder();
            return new Tensor(name, file.path(), header.dataType(), header.shape(), header.fortranOrder(), order, data);
        } catch (HeaderException wrong) {
            throw bad(member, wrong.getMessage());
        }
    }

    /** At least the header of the array, as far as it is there. */
    private MemorySegment start(Member member) throws HeaderException {
        if (member.method() == ZipMembers.STORED) {
            return member.data();
        }
        byte[] prefix = new byte[(int) Math.min(NpyHeader.PREFIX, member.size())];
        inflate(member, MemorySegment.ofArray(prefix), false);
        long end = NpyHeader.end(MemorySegment.ofArray(prefix));
        byte[] header = new byte[(int) Math.min(end, member.size())];
        inflate(member, MemorySegment.ofArray(header), false);
        return MemorySegment.ofArray(header);
    }

    /** Unpacks as much as the target holds; whole means that this must be all there is. */
    private void inflate(Member member, MemorySegment target, boolean whole) {
        Inflater inflater = new Inflater(true);
        try {
            long read = 0;
            long written = 0;
            MemorySegment packed = member.data();
            byte[] beyond = new byte[1];
            while (!inflater.finished() && (written < target.byteSize() || whole)) {
                if (inflater.needsInput() && read < packed.byteSize()) {
                    long chunk = Math.min(CHUNK, packed.byteSize() - read);
                    inflater.setInput(packed.asSlice(read, chunk).asByteBuffer());
                    read += chunk;
                }
                boolean full = written == target.byteSize();
                int got = full
                        ? inflater.inflate(beyond)
                        : inflater.inflate(target.asSlice(written, Math.min(CHUNK, target.byteSize() - written))
                                .asByteBuffer());
                if (full && got > 0) {
                    throw bad(member, "unpacks to more than the " + member.size() + " bytes it announces");
                }
                written += full ? 0 : got;
                boolean starved = read == packed.byteSize() && inflater.needsInput();
                if (got == 0 && !inflater.finished() && (starved || inflater.needsDictionary())) {
                    throw bad(member, "the compressed data is cut off; the file is damaged, copy or download it again");
                }
            }
            if (written < target.byteSize()) {
                throw bad(member, "unpacks to " + written + " bytes, not the " + member.size() + " it announces");
            }
        } catch (DataFormatException damaged) {
            throw bad(member, "the compressed data is damaged; copy or download the file again");
        } finally {
            inflater.end();
        }
    }

    /** The elements of one array, verified once. */
    private final class Content implements Supplier<MemorySegment> {

        private final Member member;
        private final long dataOffset;
        private @Nullable MemorySegment elements;

        Content(Member member, long dataOffset) {
            this.member = member;
            this.dataOffset = dataOffset;
        }

        @Override
        public synchronized MemorySegment get() {
            MemorySegment known = elements;
            if (known == null) {
                MemorySegment content = member.data();
                if (member.method() == ZipMembers.DEFLATED) {
                    content = arena.allocate(Math.max(1, member.size()), Long.BYTES).asSlice(0, member.size());
                    inflate(member, content, true);
                }
                if (crc(content) != member.crc()) {
                    throw bad(member, "the CRC does not match; the file is damaged, copy or download it again");
                }
                known = content.asSlice(dataOffset);
                elements = known;
            }
            return known;
        }
    }

    private static long crc(MemorySegment content) {
        CRC32 crc = new CRC32();
        for (long at = 0; at < content.byteSize(); at += CHUNK) {
            crc.update(content.asSlice(at, Math.min(CHUNK, content.byteSize() - at)).asByteBuffer());
        }
        return crc.getValue();
    }
}
