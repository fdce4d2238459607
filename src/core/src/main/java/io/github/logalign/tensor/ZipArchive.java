package io.github.logalign.tensor;

import io.github.logalign.internal.io.Bytes;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.internal.io.Problem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The members of a zip archive. The directory determines the members. Values of a member that are stored in two places
 * must agree, and no two members may share bytes or a name. Unrelated data (extra fields, comments, bytes between
 * members) is ignored. A fault within one member affects that member only.
 */
final class ZipArchive {

    private static final int LOCAL_SIGNATURE = 0x04034b50;
    private static final int DESCRIPTOR_SIGNATURE = 0x08074b50;
    private static final int CENTRAL_SIGNATURE = 0x02014b50;
    private static final int LOCAL_BYTES = 30;
    private static final long MAX_MEMBERS = 100_000;

    private static final Problem CONTRADICTION = Problem
            .damage("its header and the zip archive's directory contradict each other");

    private final MemorySegment file;
    private final Origin origin;
    private final ZipBudget budget;
    private final Arena arena;
    private final ZipEnd directory;
    private final List<ZipEntry> entries;

    private ZipArchive(MemorySegment file, Origin origin, ZipBudget budget, Arena arena) {
        this.file = file;
        this.origin = origin;
        this.budget = budget;
        this.arena = arena;
        this.directory = ZipEnd.read(file, origin);
        this.entries = readDirectory();
    }

    /**
     * Reads the directory.
     *
     * @param budget the limit on the expanded size of all members together
     * @param arena the owner of expanded members
     */
    static ZipArchive of(MemorySegment file, Origin origin, ZipBudget budget, Arena arena) {
        return new ZipArchive(file, origin, budget, arena);
    }

    /** The names of the members, in the order of the directory. */
    List<String> names() {
        return entries.stream().map(ZipEntry::name).toList();
    }

    /** Reads the local headers; the members in the order of their data. */
    List<ZipMember> members() {
        List<ZipEntry> sorted = entries.stream().sorted(Comparator.comparingLong(this::begin)).toList();
        List<ZipMember> members = new ArrayList<>(sorted.size());
        long first = sorted.isEmpty() ? directory.begin() : begin(sorted.getFirst());
        if (first > 0 && Bytes.u32(file, 0) == LOCAL_SIGNATURE) {
            throw origin.damaged("it follows another zip archive or a member that it does not list; or its directory"
                    + " is not where its end says");
        }
        for (int index = 0; index < sorted.size(); index++) {
            long next = index + 1 < sorted.size() ? begin(sorted.get(index + 1)) : directory.begin();
            long limit = Math.min(next, directory.begin());
            members.add(member(sorted.get(index), limit));
        }
        return members;
    }

    private long begin(ZipEntry entry) {
        return entry.sizes().begin() + directory.shift();
    }

    private List<ZipEntry> readDirectory() {
        if (directory.entries() < 0 || directory.entries() > MAX_MEMBERS) {
            throw origin.damaged("the zip archive lists " + Long.toUnsignedString(directory.entries())
                    + " members, over the limit of " + MAX_MEMBERS);
        }
        List<ZipEntry> entries = new ArrayList<>();
        Set<String> names = new HashSet<>();
        long at = directory.begin();
        for (long index = 0; index < directory.entries(); index++) {
            requireInside(at, ZipEntry.HEADER_BYTES);
            if (Bytes.u32(file, at) != CENTRAL_SIGNATURE) {
                throw origin.damaged("entry " + index + " of the zip archive's directory is damaged");
            }
            long length = (long) ZipEntry.HEADER_BYTES
                    + Bytes.u16(file, at + 28)
                    + Bytes.u16(file, at + 30)
                    + Bytes.u16(file, at + 32);
            requireInside(at, length);
            ZipEntry entry = ZipEntry.read(file, at);
            if (!names.add(entry.name())) {
                throw origin.member(entry.name()).damaged("the zip archive has two members of this name");
            }
            entries.add(entry);
            at += length;
        }
        if (at != directory.end()) {
            throw origin.damaged("the zip archive's directory has more bytes than its entries");
        }
        return entries;
    }

    private void requireInside(long at, long length) {
        if (length > directory.end() - at) {
            throw origin.damaged("the zip archive's directory is truncated");
        }
    }

    /** Checks an entry against its local header and the bytes after its data. */
    private ZipMember member(ZipEntry entry, long limit) {
        long at = begin(entry);
        if (at < 0 || at > limit || limit - at < LOCAL_BYTES) {
            throw overlap(entry);
        }
        if (entry.problem() != null) {
            return unusable(entry, entry.problem());
        }
        if (Bytes.u32(file, at) != LOCAL_SIGNATURE) {
            return unusable(entry, Problem.damage("its header is not where the zip archive's directory says"));
        }
        int nameLength = Bytes.u16(file, at + 26);
        int extraLength = Bytes.u16(file, at + 28);
        long begin = at + LOCAL_BYTES + nameLength + extraLength;
        long stored = entry.sizes().stored();
        if (begin > limit || stored > limit - begin) {
            throw overlap(entry);
        }
        boolean descriptorFollows = ((entry.flags() | Bytes.u16(file, at + 6)) & ZipEntry.DESCRIPTOR_FOLLOWS) != 0;
        MemorySegment name = file.asSlice(at + LOCAL_BYTES, nameLength);
        MemorySegment extra = file.asSlice(at + LOCAL_BYTES + nameLength, extraLength);
        boolean agrees = Bytes.u16(file, at + 8) == entry.method()
                && name.mismatch(entry.rawName()) == -1
                && agrees(entry, at, extra, descriptorFollows);
        if (!agrees) {
            return unusable(entry, CONTRADICTION);
        }
        MemorySegment behind = file.asSlice(begin + stored, limit - begin - stored);
        if (descriptorFollows && !isDescriptor(entry, behind)) {
            return unusable(entry, Problem.damage("the descriptor after it contradicts the zip archive's directory"));
        }
        if (!descriptorFollows && behind.byteSize() >= 4 && Bytes.u32(behind, 0) == LOCAL_SIGNATURE) {
            throw origin.member(entry.name()).damaged("a member that the zip archive does not list follows it");
        }
        return ZipMember.usable(entry, origin, file.asSlice(begin, stored), budget, arena);
    }

    private ZipMember unusable(ZipEntry entry, Problem problem) {
        return ZipMember.unusable(entry, origin, problem, budget, arena);
    }

    private RuntimeException overlap(ZipEntry entry) {
        return origin.member(entry.name())
                .damaged(
                        "its header is not where the zip archive's directory says, or its data overlaps what follows it");
    }

    /** A header that was written before the data may leave checksum and sizes to a descriptor after the data. */
    private boolean agrees(ZipEntry entry, long at, MemorySegment extra, boolean descriptorFollows) {
        long crc = Bytes.u32(file, at + 14);
        ZipSizes sizes = ZipSizes.of(extra, Bytes.u32(file, at + 22), Bytes.u32(file, at + 18));
        if (sizes == null) {
            return false;
        }
        return agrees(crc, entry.crc(), descriptorFollows)
                && agrees(sizes.size(), entry.sizes().size(), descriptorFollows)
                && agrees(sizes.stored(), entry.sizes().stored(), descriptorFollows);
    }

    private static boolean agrees(long local, long listed, boolean mayBeLeft) {
        return local == listed || (mayBeLeft && local == 0);
    }

    /** A descriptor: an optional signature, the checksum, and both sizes in 32 or 64 bits. */
    private static boolean isDescriptor(ZipEntry entry, MemorySegment behind) {
        boolean signed = behind.byteSize() >= 4 && Bytes.u32(behind, 0) == DESCRIPTOR_SIGNATURE;
        return (signed && isDescriptor(entry, behind, 4)) || isDescriptor(entry, behind, 0);
    }

    private static boolean isDescriptor(ZipEntry entry, MemorySegment behind, long at) {
        long length = behind.byteSize() - at;
        long stored = entry.sizes().stored();
        long size = entry.sizes().size();
        boolean narrow = length >= 12
                && Bytes.u32(behind, at + 4) == (stored & 0xFFFF_FFFFL)
                && Bytes.u32(behind, at + 8) == (size & 0xFFFF_FFFFL);
        boolean wide = length >= 20 && Bytes.u64(behind, at + 4) == stored && Bytes.u64(behind, at + 12) == size;
        return length >= 12 && Bytes.u32(behind, at) == entry.crc() && (narrow || wide);
    }
}
