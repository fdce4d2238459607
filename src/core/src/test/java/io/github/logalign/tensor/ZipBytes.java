package io.github.logalign.tensor;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Builds zip archives, honest ones and such as no library would write. */
final class ZipBytes {

    /** One member; every number may be changed before the archive is built. */
    static final class Member {
        byte[] name = {};
        byte[] localName = {};
        byte[] stored = {};
        int method;
        int localMethod;
        int flags;
        int localFlags;
        long crc;
        long localCrc;
        long size;
        long localSize;
        long storedSize;
        long localStoredSize;
        byte[] extra = {};
        byte[] localExtra = {};
        byte[] after = {};
        int disk;
        /** Where the directory says that the member is; -1: where it is. */
        long begin = -1;
    }

    private final List<Member> members = new ArrayList<>();
    byte[] before = {};
    byte[] comment = {};
    int entriesClaimed = -1;
    long directoryClaimed = -1;
    int disk;
    boolean zip64End;
    /** The end of 32 bits has its numbers beside the end of 64 bits. */
    boolean plainEnd;
    /** All places are counted from behind what stands before the archive. */
    boolean relative;
    long end64Shift;

    static Member member(String name, byte[] content, boolean deflate) {
        Member member = new Member();
        member.name = name.getBytes(StandardCharsets.UTF_8);
        member.localName = member.name;
        member.stored = deflate ? deflate(content) : content;
        member.method = deflate ? 8 : 0;
        member.localMethod = member.method;
        member.flags = member.name.length == name.length() ? 0 : 1 << 11;
        member.localFlags = member.flags;
        CRC32 crc = new CRC32();
        crc.update(content);
        member.crc = crc.getValue();
        member.localCrc = member.crc;
        member.size = content.length;
        member.localSize = content.length;
        member.storedSize = member.stored.length;
        member.localStoredSize = member.stored.length;
        return member;
    }

    static byte[] deflate(byte[] content) {
        try (Deflater deflater = new Deflater(9, true)) {
            deflater.setInput(content);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] block = new byte[1 << 16];
            while (!deflater.finished()) {
                out.write(block, 0, deflater.deflate(block));
            }
            return out.toByteArray();
        }
    }

    /** A member with its checksum and sizes behind it, as written to a stream. */
    static Member streamed(String name, byte[] content, boolean signed, boolean wide) {
        Member member = member(name, content, true);
        member.flags |= 1 << 3;
        member.localFlags |= 1 << 3;
        member.localCrc = 0;
        member.localSize = 0;
        member.localStoredSize = 0;
        ByteBuffer after = little(24);
        if (signed) {
            after.putInt(0x08074b50);
        }
        after.putInt((int) member.crc);
        if (wide) {
            after.putLong(member.storedSize).putLong(member.size);
        } else {
            after.putInt((int) member.storedSize).putInt((int) member.size);
        }
        member.after = written(after);
        return member;
    }

    /** What stands behind a streamed member: a signature, the checksum, the sizes. */
    static byte[] descriptor(Member member) {
        return written(little(16)
                .putInt(0x08074b50)
                .putInt((int) member.crc)
                .putInt((int) member.storedSize)
                .putInt((int) member.size));
    }

    /** Puts the sizes of the local header into an extra field, as numpy does with every member. */
    static Member wideLocal(Member member) {
        member.localExtra = written(
                little(20).putShort((short) 1).putShort((short) 16).putLong(member.size).putLong(member.storedSize));
        member.localSize = 0xFFFFFFFFL;
        member.localStoredSize = 0xFFFFFFFFL;
        return member;
    }

    /** Puts the sizes of the directory's entry into an extra field. */
    static Member wideCentral(Member member) {
        member.extra = written(
                little(20).putShort((short) 1).putShort((short) 16).putLong(member.size).putLong(member.storedSize));
        member.size = 0xFFFFFFFFL;
        member.storedSize = 0xFFFFFFFFL;
        return member;
    }

    static Member changed(Member member, Consumer<Member> change) {
        change.accept(member);
        return member;
    }

    static byte[] archive(Member... members) {
        return new ZipBytes().with(members).build();
    }

    ZipBytes with(Member... more) {
        members.addAll(List.of(more));
        return this;
    }

    byte[] build() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(before);
        long[] begins = new long[members.size()];
        for (int index = 0; index < begins.length; index++) {
            begins[index] = out.size() - shift();
            writeLocal(members.get(index), out);
        }
        long directory = out.size();
        for (int index = 0; index < begins.length; index++) {
            writeCentral(members.get(index), begins[index], out);
        }
        writeEnd(directory, out);
        return out.toByteArray();
    }

    private long shift() {
        return relative ? before.length : 0;
    }

    private static void writeLocal(Member member, ByteArrayOutputStream out) {
        ByteBuffer header = little(30).putInt(0x04034b50).putShort((short) 20);
        header.putShort((short) member.localFlags).putShort((short) member.localMethod).putInt(0);
        header.putInt((int) member.localCrc).putInt((int) member.localStoredSize).putInt((int) member.localSize);
        header.putShort((short) member.localName.length).putShort((short) member.localExtra.length);
        out.writeBytes(written(header));
        out.writeBytes(member.localName);
        out.writeBytes(member.localExtra);
        out.writeBytes(member.stored);
        out.writeBytes(member.after);
    }

    private static void writeCentral(Member member, long begin, ByteArrayOutputStream out) {
        ByteBuffer header = little(46).putInt(0x02014b50).putShort((short) 20).putShort((short) 20);
        header.putShort((short) member.flags).putShort((short) member.method).putInt(0);
        header.putInt((int) member.crc).putInt((int) member.storedSize).putInt((int) member.size);
        header.putShort((short) member.name.length).putShort((short) member.extra.length).putShort((short) 0);
        header.putShort((short) member.disk).putShort((short) 0).putInt(0);
        header.putInt((int) (member.begin < 0 ? begin : member.begin));
        out.writeBytes(written(header));
        out.writeBytes(member.name);
        out.writeBytes(member.extra);
    }

    private void writeEnd(long directory, ByteArrayOutputStream out) {
        long size = out.size() - directory;
        long claimed = directoryClaimed < 0 ? directory - shift() : directoryClaimed;
        int entries = entriesClaimed < 0 ? members.size() : entriesClaimed;
        if (zip64End) {
            long end64 = out.size() - shift();
            ByteBuffer record = little(76).putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
            record.putInt(0).putInt(0).putLong(entries).putLong(entries).putLong(size).putLong(claimed);
            record.putInt(0x07064b50).putInt(0).putLong(end64 + end64Shift).putInt(1);
            out.writeBytes(written(record));
        }
        ByteBuffer end = little(22).putInt(0x06054b50).putShort((short) disk).putShort((short) disk);
        boolean wide = zip64End && !plainEnd;
        short narrowEntries = wide ? -1 : (short) entries;
        end.putShort(narrowEntries).putShort(narrowEntries);
        end.putInt(wide ? -1 : (int) size).putInt(wide ? -1 : (int) claimed);
        end.putShort((short) comment.length);
        out.writeBytes(written(end));
        out.writeBytes(comment);
    }

    private static ByteBuffer little(int length) {
        return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static byte[] written(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.flip().remaining()];
        buffer.get(bytes);
        return bytes;
    }
}
