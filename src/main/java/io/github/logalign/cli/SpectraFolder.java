package io.github.logalign.cli;

import io.github.logalign.LogalignException;
import io.github.logalign.score.LayerScore;
import io.github.logalign.score.Scorer;
import io.github.logalign.score.Spectra;
import io.github.logalign.tensor.Names;
import io.github.logalign.tensor.NpyWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.zip.CRC32;

/** Writes spectra to files named after their layers; names that are not safe are cleaned, cut and given a hash. */
final class SpectraFolder {

    private static final int LONGEST = 120;
    private static final Set<String> RESERVED = Set.of("con", "prn", "aux", "nul", "com1", "com2", "lpt1", "lpt2");

    private final Path folder;
    private final Set<String> used = new HashSet<>();

    SpectraFolder(Path folder) {
        this.folder = folder;
        try {
            Files.createDirectories(folder);
        } catch (IOException failed) {
            throw new LogalignException(
                    Names.printable(folder) + ": the folder for spectra cannot be made", failed);
        }
    }

    void write(Scorer.Result result) {
        Spectra spectra = result.spectra();
        if (spectra == null) {
            return;
        }
        String name = uniqueName(result.row());
        NpyWriter.write(folder.resolve(name + ".p.npy"), spectra.p());
        NpyWriter.write(folder.resolve(name + ".sigma.npy"), spectra.sigma());
        double[] q = spectra.q();
        if (q != null) {
            NpyWriter.write(folder.resolve(name + ".q.npy"), q);
        }
    }

    private synchronized String uniqueName(LayerScore row) {
        String name = fileName(row.layer());
        if (!used.add(name.toLowerCase(Locale.ROOT))) {
            name = withHash(name, row.layer() + "\n" + row.tensor() + "\n" + row.activation());
            used.add(name.toLowerCase(Locale.ROOT));
        }
        return name;
    }

    static String fileName(String layer) {
        StringBuilder clean = new StringBuilder();
        layer.codePoints().forEach(c -> clean.append(isSafe(c) ? (char) c : '_'));
        String name = clean.toString();
        boolean safe = name.equals(layer)
                && !name.isEmpty()
                && name.length() <= LONGEST
                && name.charAt(0) != '.'
                && name.charAt(0) != '-'
                && !RESERVED.contains(name.toLowerCase(Locale.ROOT));
        if (safe) {
            return name;
        }
        String start = name.isEmpty() || name.charAt(0) == '.' || name.charAt(0) == '-' ? "_" + name : name;
        return withHash(start, layer);
    }

    private static boolean isSafe(int c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || "._-[]".indexOf(c) >= 0;
    }

    private static String withHash(String name, String original) {
        CRC32 hash = new CRC32();
        hash.update(original.getBytes(StandardCharsets.UTF_8));
        String cut = name.length() > LONGEST ? name.substring(0, LONGEST) : name;
        return String.format("%s-%08x", cut, hash.getValue());
    }
}
