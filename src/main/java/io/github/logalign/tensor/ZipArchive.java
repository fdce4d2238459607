package io.github.logalign.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The directory of a zip archive, read strictly: what two readers could understand differently is refused. Entries fill
 * the file from its first byte to the directory without a hole or an overlap, each agrees with its local header, and
 * nothing follows the directory.
 */
final class ZipArchive {

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int DESCRIPTOR_SIGNATURE = 0x08074b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int END_SIGNATURE = 0x06054b50;
    private static final int END64_SIGNATURE = 0x06064b50;
    private static final int LOCATOR64_SIGNATURE = 0x07064b50;
    private static final int LOCAL_BYTES = 30;
    private static final int CENTRAL_BYTES = 46;
    private static final int END_BYTES = 22;
    private static final int END64_BYTES = 56;
    private static final int LOCATOR64_BYTES = 20;
    private static final long IN_EXTRA_32 = 0xFFFF_FFFFL;
    private static final int IN_EXTRA_16 = 0xFFFF;
    private static final int ZIP64_EXTRA = 1;

    private static final int ENCRYPTED = 1;
    private static final int DESCRIPTOR_FOLLOWS = 1 << 3;
    private static final int UTF8 = 1 << 11;
    /** What a reader may ignore: how hard the compressor tried. */
    private static final int COMPRESSION_EFFORT = 1 << 1 | 1 << 2;

    private static final int STORED = 0;
    private static final int DEFLATED = 8;
    private static final long MAX_MEMBERS = 100_000;

    private final MemorySegment file;
    private final Origin origin;
    private final Arena arena;

    /** One entry of the directory; begin is where its local header stands. */
    private record Entry(
            String name,
            MemorySegment rawName,
            int flags,
            int method,
            long crc,
            long stored,
            long size,
            long begin) {}

    private record Directory(long begin, long end, long entries) {}

    private record Extent(long begin, long end) {}

    private ZipArchive(MemorySegment file, Origin origin, Arena arena) {
        this.file = file;
        this.origin = origin;
        this.arena = arena;
    }

    /** The members in the order of their data. */
    static List<ZipMember> members(MemorySegment file, Origin origin, Arena arena) {
        return new ZipArchive(file, origin, arena).read();
    }

    private List<ZipMember> read() {
        Directory directory = findDirectory();
        List<Entry> entries = readDirectory(directory);
        entries.sort(Comparator.comparingLong(Entry::begin));
        List<ZipMember> members = new ArrayList<>(entries.size());
        for (int index = 0; index < entries.size(); index++) {
            Entry entry = entries.get(index);
            long limit = index + 1 < entries.size() ? entries.get(index + 1).begin : directory.begin;
            if (index == 0 && entry.begin != 0) {
                throw origin.damaged("something stands before the first member of the zip archive");
            }
            Extent data = checkLocal(entry, limit);
            members.add(new ZipMember(
                    entry.name,
                    origin,
                    file.asSlice(data.begin, entry.stored),
                    entry.method == DEFLATED,
                    entry.size,
                    entry.crc,
                    arena));
        }
        if (entries.isEmpty() && directory.begin != 0) {
            throw origin.damaged("the zip archive lists no member, but something stands in it");
        }
        return members;
    }

    private Directory findDirectory() {
        long end = file.byteSize() - END_BYTES;
        if (end < 0 || u32(end) != END_SIGNATURE || u16(end + 20) != 0) {
            throw origin.damaged(
                    "the zip archive does not end with its directory: it is truncated or something follows it");
        }
        long entries = u16(end + 10);
        long size = u32(end + 12);
        long begin = u32(end + 16);
        boolean inSeveralParts = u16(end + 4) != 0 || u16(end + 6) != 0 || u16(end + 8) != entries;
        long directoryEnd = end;
        boolean wide = entries == IN_EXTRA_16 || size == IN_EXTRA_32 || begin == IN_EXTRA_32;
        long locator = end - LOCATOR64_BYTES;
        if (wide && locator >= 0 && u32(locator) == LOCATOR64_SIGNATURE) {
            directoryEnd = locator - END64_BYTES;
            if (directoryEnd < 0
                    || u64(locator + 8) != directoryEnd
                    || u32(directoryEnd) != END64_SIGNATURE
                    || u64(directoryEnd + 4) != END64_BYTES - 12) {
                throw origin.damaged("the zip archive's 64-bit directory end is not where it should be");
            }
            inSeveralParts = u32(locator + 4) != 0
                    || u32(locator + 16) > 1
                    || u32(directoryEnd + 16) != 0
                    || u32(directoryEnd + 20) != 0
                    || u64(directoryEnd + 24) != u64(directoryEnd + 32);
            entries = agree(entries, IN_EXTRA_16, u64(directoryEnd + 32));
            size = agree(size, IN_EXTRA_32, u64(directoryEnd + 40));
            begin = agree(begin, IN_EXTRA_32, u64(directoryEnd + 48));
        }
        if (inSeveralParts) {
            throw origin.problem("the zip archive is one of several parts", "join them first");
        }
        if (size < 0 || begin < 0 || begin > directoryEnd || size != directoryEnd - begin) {
            throw origin.damaged("the zip archive's directory is not where its end says");
        }
        if (entries < 0 || entries > MAX_MEMBERS) {
            throw origin.damaged(
                    "the zip archive lists " + Long.toUnsignedString(entries) + " members, over the limit of "
                            + MAX_MEMBERS);
        }
        return new Directory(begin, directoryEnd, entries);
    }

    /** The wide number, where the narrow one is either the same or says that it does not fit. */
    private long agree(long narrow, long inExtra, long wide) {
        if (narrow != inExtra && narrow != wide) {
            throw origin.damaged("the zip archive contradicts itself on its directory");
        }
        return wide;
    }

    private List<Entry> readDirectory(Directory directory) {
        List<Entry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long at = directory.begin;
        for (long index = 0; index < directory.entries; index++) {
            requireInside(at, CENTRAL_BYTES, directory.end);
            if (u32(at) != CENTRAL_SIGNATURE) {
                throw origin.damaged("entry " + index + " of the zip archive's directory is damaged");
            }
            int nameLength = u16(at + 28);
            int extraLength = u16(at + 30);
            int commentLength = u16(at + 32);
            long length = (long) CENTRAL_BYTES + nameLength + extraLength + commentLength;
            requireInside(at, length, directory.end);
            Entry entry = readEntry(at, nameLength, extraLength);
            if (!names.add(entry.name)) {
                throw of(entry).damaged("the zip archive has two members of this name");
            }
            entries.add(entry);
            at += length;
        }
        if (at != directory.end) {
            throw origin.damaged("the zip archive's directory holds more than it lists");
        }
        return entries;
    }

    private void requireInside(long at, long length, long end) {
        if (length > end - at) {
            throw origin.damaged("the zip archive's directory is truncated");
        }
    }

    private Entry readEntry(long at, int nameLength, int extraLength) {
        int flags = u16(at + 8);
        MemorySegment rawName = file.asSlice(at + CENTRAL_BYTES, nameLength);
        String name = decodeName(rawName, (flags & UTF8) != 0);
        Origin member = origin.member(name);
        int method = u16(at + 10);
        if ((flags & ENCRYPTED) != 0) {
            throw member.problem("it is encrypted", "unpack the archive and save it again with numpy.savez");
        }
        if ((flags & ~(DESCRIPTOR_FOLLOWS | UTF8 | COMPRESSION_EFFORT)) != 0
                || (method != STORED && method != DEFLATED)
                || u16(at + 34) != 0) {
            throw member.problem(
                    "it is packed in a way that numpy does not use (method " + method + ")",
                    "unpack the archive and save it again with numpy.savez");
        }
        Zip64 wide = new Zip64(at + CENTRAL_BYTES + nameLength, extraLength, member);
        long size = wide.resolve(u32(at + 24));
        long stored = wide.resolve(u32(at + 20));
        long begin = wide.resolve(u32(at + 42));
        wide.requireEnd();
        if (size < 0 || stored < 0 || begin < 0) {
            throw member.damaged("its size or place exceeds 2^63");
        }
        if (method == STORED && stored != size) {
            throw member.damaged("it is stored as it is, but has two different sizes");
        }
        return new Entry(name, rawName, flags, method, u32(at + 16), stored, size, begin);
    }

    private String decodeName(MemorySegment raw, boolean utf8) {
        byte[] bytes = Bytes.head(raw, raw.byteSize());
        try {
            return (utf8 ? StandardCharsets.UTF_8 : StandardCharsets.US_ASCII)
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException malformed) {
            throw origin.problem(
                    "the name of a member of the zip archive is not UTF-8",
                    "unpack the archive and save it again with numpy.savez",
                    malformed);
        }
    }

    /** Checks an entry against its local header and gives the place of its data. */
    private Extent checkLocal(Entry entry, long limit) {
        Origin member = of(entry);
        long at = entry.begin;
        // The sums cannot wrap around: every term was checked against the file's size.
        if (limit - at < LOCAL_BYTES || u32(at) != LOCAL_SIGNATURE) {
            throw member.damaged("its header is not where the zip archive's directory says, or overlaps another");
        }
        int nameLength = u16(at + 26);
        int extraLength = u16(at + 28);
        long dataBegin = at + LOCAL_BYTES + nameLength + extraLength;
        if (dataBegin > limit || entry.stored > limit - dataBegin) {
            throw member.damaged("its data overlaps what follows it in the zip archive");
        }
        boolean sizesFollow = (entry.flags & DESCRIPTOR_FOLLOWS) != 0;
        Zip64 wide = new Zip64(at + LOCAL_BYTES + nameLength, extraLength, member);
        long size = wide.resolve(u32(at + 22));
        long stored = wide.resolve(u32(at + 18));
        wide.requireEnd();
        long crc = u32(at + 14);
        boolean same = crc == entry.crc && size == entry.size && stored == entry.stored;
        boolean left = sizesFollow && crc == 0 && size == 0 && stored == 0;
        if (u16(at + 6) != entry.flags
                || u16(at + 8) != entry.method
                || file.asSlice(at + LOCAL_BYTES, nameLength).mismatch(entry.rawName) != -1
                || !(same || left)) {
            throw member.damaged("its header and the zip archive's directory contradict each other");
        }
        long dataEnd = dataBegin + entry.stored;
        if (sizesFollow ? !isDescriptor(entry, dataEnd, limit - dataEnd) : dataEnd != limit) {
            throw member.damaged("something that the zip archive does not list follows it");
        }
        return new Extent(dataBegin, dataEnd);
    }

    /** A data descriptor: perhaps a signature, the checksum, and both sizes in 32 or 64 bits. */
    private boolean isDescriptor(Entry entry, long at, long length) {
        if (length != 12 && length != 16 && length != 20 && length != 24) {
            return false;
        }
        boolean signed = length % 8 == 0;
        long sums = signed ? at + 4 : at;
        boolean sizesAgree = length >= 20
                ? u64(sums + 4) == entry.stored && u64(sums + 12) == entry.size
                : u32(sums + 4) == entry.stored && u32(sums + 8) == entry.size;
        return (!signed || u32(at) == DESCRIPTOR_SIGNATURE) && u32(sums) == entry.crc && sizesAgree;
    }

    private Origin of(Entry entry) {
        return origin.member(entry.name);
    }

    private int u16(long offset) {
        return Bytes.u16(file, offset);
    }

    private long u32(long offset) {
        return Bytes.u32(file, offset);
    }

    private long u64(long offset) {
        return Bytes.u64(file, offset);
    }

    /** The extra field with the numbers that do not fit into 32 bits, in the order in which they are asked for. */
    private final class Zip64 {

        private final Origin member;
        private long at;
        private long end;

        Zip64(long begin, int length, Origin member) {
            this.member = member;
            boolean found = false;
            long limit = begin + length;
            long field = begin;
            // zipalign and others pad with a few zeros that are no field.
            while (limit - field >= 4) {
                long fieldEnd = field + 4 + u16(field + 2);
                if (fieldEnd > limit) {
                    throw member.damaged("its extra field is damaged");
                }
                if (u16(field) == ZIP64_EXTRA) {
                    if (found) {
                        throw member.damaged("its extra field gives 64-bit sizes twice");
                    }
                    found = true;
                    at = field + 4;
                    end = fieldEnd;
                }
                field = fieldEnd;
            }
        }

        long resolve(long narrow) {
            if (narrow != IN_EXTRA_32) {
                return narrow;
            }
            if (end - at < 8) {
                throw member.damaged("its 64-bit size is missing");
            }
            long wide = u64(at);
            at += 8;
            return wide;
        }

        /** Numbers that nobody asked for: another reader might. */
        void requireEnd() {
            if (at != end) {
                throw member.damaged("its extra field gives 64-bit sizes that it does not need");
            }
        }
    }
}
