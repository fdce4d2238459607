package io.github.logalign.tensor;

import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads an npz file: a zip archive of npy arrays. Only their headers are read until a tensor's data is requested.
 * Members that are not arrays are listed as well; requesting their data fails with the reason.
 */
final class NpzReader {

    private static final String SUFFIX = ".npy";

    /** The folder in which macOS keeps its attributes of the archive's other files. */
    private static final String MAC_FOLDER = "__MACOSX/";

    /** Headers are expanded on opening, and a small archive could hold very many large ones. */
    private static final long MAX_EXPANDED_HEADERS = 64 << 20;

    private final Origin origin;
    private final ReadOptions options;
    private long expandedHeaders;

    private NpzReader(Origin origin, ReadOptions options) {
        this.origin = origin;
        this.options = options;
    }

    static List<Tensor> read(MemorySegment file, Origin origin, ReadOptions options, Arena arena) {
        ZipArchive archive = ZipArchive.of(file, origin, ZipBudget.ofProperty(), arena);
        RefusedArchive.refuse(archive.names(), origin);
        return new NpzReader(origin, options).read(archive.members());
    }

    /** Whether a member should be an array according to its name. */
    static boolean isArray(String member) {
        return member.endsWith(SUFFIX) && !member.startsWith(MAC_FOLDER);
    }

    private List<Tensor> read(List<ZipMember> members) {
        Map<String, ZipMember> arrays = HashMap.newHashMap(members.size());
        for (ZipMember member : members) {
            if (isArray(member.name())) {
                arrays.put(withoutSuffix(member.name()), member);
            }
        }
        List<Tensor> tensors = new ArrayList<>(members.size());
        for (ZipMember member : members) {
            if (expandedHeaders > MAX_EXPANDED_HEADERS) {
                throw origin.damaged("its npy headers exceed " + MAX_EXPANDED_HEADERS + " bytes");
            }
            boolean folder = member.name().endsWith("/") && member.size() == 0;
            if (isArray(member.name())) {
                tensors.add(array(member));
            } else if (!folder && !arrays.containsKey(member.name())) {
                tensors.add(Tensor.none(member.name(), member.origin(), () -> member.origin()
                        .problem("it is not an npy array", "name another member; inspect lists them")));
            }
        }
        return List.copyOf(tensors);
    }

    private Tensor array(ZipMember member) {
        String name = withoutSuffix(member.name());
        NpyHeader header;
        try {
            header = NpyHeader.read(length -> head(member, length), member.size(), member.origin(), options);
        } catch (LogalignException refused) {
            String message = String.valueOf(refused.getMessage());
            return Tensor.lost(name, member.origin(), "unreadable", () -> new LogalignException(message));
        }
        return header.tensor(name, member.origin(), () -> member.content().asSlice(header.dataStart));
    }

    private byte[] head(ZipMember member, long length) {
        byte[] head = member.head(length);
        expandedHeaders += member.isDeflated() ? head.length : 0;
        return head;
    }

    private static String withoutSuffix(String name) {
        return name.substring(0, name.length() - SUFFIX.length());
    }
}
