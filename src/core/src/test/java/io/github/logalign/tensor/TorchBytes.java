package io.github.logalign.tensor;

import static io.github.logalign.tensor.TestBytes.utf8;
import static io.github.logalign.tensor.ZipBytes.member;

import java.util.Map;
import java.util.TreeMap;

/**
 * Files as torch.save lays them out since version 1.6: stored members, padding in a field FB, descriptors behind the data, and
 * wide end records although nothing needs them.
 */
final class TorchBytes {

    private TorchBytes() {}

    /** A file of a pickle and its storages. */
    static byte[] file(byte[] pickle, Map<String, byte[]> storages) {
        return file(pickle, storages, Map.of());
    }

    /** A file with more members. */
    static byte[] file(byte[] pickle, Map<String, byte[]> storages, Map<String, byte[]> more) {
        ZipBytes zip = new ZipBytes();
        zip.with(torchMember("model/data.pkl", pickle));
        new TreeMap<>(more).forEach((name, bytes) -> zip.with(torchMember("model/" + name, bytes)));
        new TreeMap<>(storages).forEach((key, bytes) -> zip.with(torchMember("model/data/" + key, bytes)));
        zip.with(torchMember("model/version", utf8("3\n")));
        zip.zip64End = true;
        zip.plainEnd = true;
        return zip.build();
    }

    private static ZipBytes.Member torchMember(String name, byte[] content) {
        ZipBytes.Member member = member(name, content, false);
        member.localExtra = TestBytes.join(new byte[]{'F', 'B', 10, 0}, utf8("ZZZZZZZZZZ"));
        member.flags |= 1 << 3 | 1 << 11;
        member.localFlags = member.flags;
        member.after = ZipBytes.descriptor(member);
        return member;
    }
}
