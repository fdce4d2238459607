package io.github.logalign.tensor;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Reads an npz file: a zip archive of npy arrays. Only their headers are looked at until a tensor's data is wanted. */
final class NpzReader {

    private static final String MAX_BYTES_PROPERTY = "logalign.npz.maxBytes";
    private static final long DEFAULT_MAX_BYTES = 4L << 30;
    private static final String SUFFIX = ".npy";

    /** Headers are expanded at once: a small archive could hold a great many large ones. */
    private static final long MAX_EXPANDED_HEADERS = 64 << 20;

    private NpzReader() {}

    static List<Tensor> read(MemorySegment file, Origin origin, Arena arena) {
        List<ZipMember> members = ZipArchive.members(file, origin, arena);
        for (ZipMember member : members) {
            if (member.name().equals("data.pkl") || member.name().endsWith("/data.pkl")) {
                throw FileFormat.torchArchive(origin);
            }
        }
        checkExpansion(members, origin);
        List<Tensor> tensors = new ArrayList<>(members.size());
        long headers = 0;
        for (ZipMember member : members) {
            String name = member.name();
            if (!name.endsWith(SUFFIX)) {
                throw member.origin()
                        .problem("it is no npy array, so the zip archive is no npz file", "save it with numpy.savez");
            }
            NpyHeader header = NpyHeader.read(member::head, member.size(), member.origin());
            headers += member.isDeflated() ? header.dataStart : 0;
            if (headers > MAX_EXPANDED_HEADERS) {
                throw origin.damaged("the npy headers in it exceed " + MAX_EXPANDED_HEADERS + " bytes");
            }
            String tensorName = name.substring(0, name.length() - SUFFIX.length());
            tensors.add(header.tensor(tensorName, member.origin(), () -> {
                MemorySegment whole = member.content();
                return whole.asSlice(header.dataStart);
            }));
        }
        return List.copyOf(tensors);
    }

    private static void checkExpansion(List<ZipMember> members, Origin origin) {
        long limit = maxBytes();
        long total = 0;
        for (ZipMember member : members) {
            if (member.isDeflated()) {
                if (member.size() > limit - total) {
                    throw origin.problem(
                            "its members expand to more than " + limit + " bytes",
                            "save them uncompressed with numpy.savez, or raise -D" + MAX_BYTES_PROPERTY);
                }
                total += member.size();
            }
        }
    }

    private static long maxBytes() {
        String text = System.getProperty(MAX_BYTES_PROPERTY);
        if (text == null) {
            return DEFAULT_MAX_BYTES;
        }
        try {
            long limit = Long.parseLong(text);
            if (limit >= 0) {
                return limit;
            }
        } catch (NumberFormatException notANumber) {
            throw new IllegalArgumentException(
                    "the property " + MAX_BYTES_PROPERTY + " is no number: " + Names.printable(text), notANumber);
        }
        throw new IllegalArgumentException("the property " + MAX_BYTES_PROPERTY + " is negative: " + text);
    }
}
