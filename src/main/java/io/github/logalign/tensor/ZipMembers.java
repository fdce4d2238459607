package io.github.logalign.tensor;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members of a zip archive, by its central directory; every local header must agree with it and no two members may
 * overlap. {@link java.util.zip.ZipFile} cannot map a stored member, and takes duplicates.
 */
final class ZipMembers {

    static final int STORED = 0;
    static final int DEFLATED = 8;

    private static final ValueLayout.OfShort U16 =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt U32 = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong U64 = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int END_BYTES = 22;
    private static final int LOCATOR64_BYTES = 20;
    private static final int CENTRAL_BYTES = 46;
    private static final int LOCAL_BYTES = 30;
    private static final long UNKNOWN_32 = 0xffffffffL;
    private static final int ZIP64_FIELD = 1;
    private static final int ENCRYPTED = 1;
    private static final int SIZES_FOLLOW = 8;
    private static final int MAX_MEMBERS = 100_000;

    private final MappedFile file;
    private final MemorySegment bytes;

    /**
     * One member.
     *
     * @param name its name
     * @param method {@link #STORED} or {@link #DEFLATED}
     * @param crc the CRC-32 of its content
     * @param data the bytes in the archive
     * @param size the size of its content
     */
    record Member(String name, int method, long crc, MemorySegment data, long size) {}

    private record Range(long begin, long end, String name) {}

    private ZipMembers(MappedFile file) {
        this.file = file;
        this.bytes = file.bytes();
    }

    /** All members in the order of the central directory. */
    static List<Member> of(MappedFile file) {
        return new ZipMembers(file).read();
    }

    private long u16(long at) {
        return bytes.get(U16, at) & 0xffffL;
    }

    private long u32(long at) {
        return bytes.get(U32, at) & UNKNOWN_32;
    }

    private RuntimeException damaged(String what) {
        return file.bad("the zip archive " + what + "; the file is damaged, copy or download it again");
    }

    private List<Member> read() {
        long end = findEnd();
        long count = u16(end + 10);
        long size = u32(end + 12);
        long start = u32(end + 16);
        long directoryLimit = end;
        long locator = end - LOCATOR64_BYTES;
        if (locator >= 0 && bytes.get(U32, locator) == LOCATOR64_SIGNATURE) {
            long end64 = bytes.get(U64, locator + 8);
            if (end64 < 0 || end64 > locator - 56 || bytes.get(U32, end64) != END64_SIGNATURE) {
                throw damaged("has a broken zip64 end");
            }
            count = bytes.get(U64, end64 + 32);
            size = bytes.get(U64, end64 + 40);
            start = bytes.get(U64, end64 + 48);
            directoryLimit = end64;
        }
        if (count < 0 || count > MAX_MEMBERS) {
            throw damaged("announces " + Long.toUnsignedString(count) + " members");
        }
        if (start < 0 || size < 0 || start > directoryLimit || size != directoryLimit - start) {
            throw damaged("has its directory in the wrong place");
        }
        return readDirectory(start, directoryLimit, count);
    }

    private long findEnd() {
        long lowest = Math.max(0, bytes.byteSize() - END_BYTES - 0xffff);
        for (long at = bytes.byteSize() - END_BYTES; at >= lowest; at--) {
            if (bytes.get(U32, at) == END_SIGNATURE && at + END_BYTES + u16(at + 20) == bytes.byteSize()) {
                if (u16(at + 4) != 0 || u16(at + 6) != 0) {
                    throw file.bad("is one volume of several; join them first");
                }
                return at;
            }
        }
        throw damaged("has no end");
    }

    private List<Member> readDirectory(long start, long limit, long count) {
        List<Member> members = new ArrayList<>();
        List<Range> ranges = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long at = start;
        for (long i = 0; i < count; i++) {
            if (at + CENTRAL_BYTES > limit || bytes.get(U32, at) != CENTRAL_SIGNATURE) {
                throw damaged("has a broken directory");
            }
            long next = at + CENTRAL_BYTES + u16(at + 28) + u16(at + 30) + u16(at + 32);
            if (next > limit) {
                throw damaged("has a broken directory");
            }
            Member member = readMember(at, start, ranges);
            if (!names.add(member.name())) {
                throw file.bad("has the member \"" + Names.printable(member.name()) + "\" twice; save it again");
            }
            members.add(member);
            at = next;
        }
        if (at != limit) {
            throw damaged("has more in its directory than it announces");
        }
        ranges.sort(Comparator.comparingLong(Range::begin));
        for (int i = 1; i < ranges.size(); i++) {
            if (ranges.get(i).begin() < ranges.get(i - 1).end()) {
                throw damaged("has members that overlap: \"" + Names.printable(ranges.get(i).name()) + "\"");
            }
        }
        return members;
    }

    private Member readMember(long at, long directoryStart, List<Range> ranges) {
        long flags = u16(at + 8);
        int method = (int) u16(at + 10);
        long crc = u32(at + 16);
        long compressed = u32(at + 20);
        long size = u32(at + 24);
        long nameBytes = u16(at + 28);
        long local = u32(at + 42);
        String name = name(at + CENTRAL_BYTES, nameBytes);
        if (size == UNKNOWN_32 || compressed == UNKNOWN_32 || local == UNKNOWN_32) {
            long field = zip64Field(at + CENTRAL_BYTES + nameBytes, u16(at + 30), name);
            long fieldEnd = field + u16(field - 2);
            if (size == UNKNOWN_32) {
                size = next64(field, fieldEnd, name);
                field += 8;
            }
            if (compressed == UNKNOWN_32) {
                compressed = next64(field, fieldEnd, name);
                field += 8;
            }
            if (local == UNKNOWN_32) {
                local = next64(field, fieldEnd, name);
            }
        }
        String shown = "member \"" + Names.printable(name) + "\"";
        if ((flags & ENCRYPTED) != 0) {
            throw file.bad(shown + " is encrypted; save it without a password");
        }
        if (method != STORED && method != DEFLATED) {
            throw file.bad(shown + " is compressed by method " + method
                    + "; only stored and deflated are read, save it with numpy.savez");
        }
        if (local < 0 || local > directoryStart - LOCAL_BYTES || bytes.get(U32, local) != LOCAL_SIGNATURE) {
            throw damaged("has no header for " + shown);
        }
        long data = local + LOCAL_BYTES + u16(local + 26) + u16(local + 28);
        if (data > directoryStart || compressed < 0 || size < 0 || compressed > directoryStart - data) {
            throw damaged("has the data of " + shown + " cut off");
        }
        if (u16(local + 8) != method || !name(local + LOCAL_BYTES, u16(local + 26)).equals(name)) {
            throw damaged("contradicts itself about " + shown);
        }
        boolean sizesThere = (u16(local + 6) & SIZES_FOLLOW) == 0;
        if (sizesThere
                && (u32(local + 14) != crc
                        || differs(u32(local + 18), compressed)
                        || differs(u32(local + 22), size))) {
            throw damaged("contradicts itself about the size of " + shown);
        }
        if (method == STORED && compressed != size) {
            throw damaged("contradicts itself about the size of " + shown);
        }
        ranges.add(new Range(local, data + compressed, name));
        return new Member(name, method, crc, bytes.asSlice(data, compressed), size);
    }

    private static boolean differs(long local, long central) {
        return local != UNKNOWN_32 && local != central;
    }

    private long zip64Field(long extra, long extraBytes, String name) {
        long at = extra;
        while (at + 4 <= extra + extraBytes) {
            long length = u16(at + 2);
            if (u16(at) == ZIP64_FIELD && at + 4 + length <= extra + extraBytes) {
                return at + 4;
            }
            at += 4 + length;
        }
        throw damaged("lacks the zip64 sizes of member \"" + Names.printable(name) + "\"");
    }

    private long next64(long at, long end, String name) {
        if (at + 8 > end) {
            throw damaged("lacks the zip64 sizes of member \"" + Names.printable(name) + "\"");
        }
        return bytes.get(U64, at);
    }

    private String name(long at, long length) {
        if (at + length > bytes.byteSize()) {
            throw damaged("has a name that is cut off");
        }
        byte[] raw = bytes.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE);
        try {
            return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(raw)).toString();
        } catch (CharacterCodingException invalid) {
            throw file.bad("has a member whose name is not UTF-8; save it again");
        }
    }
}
