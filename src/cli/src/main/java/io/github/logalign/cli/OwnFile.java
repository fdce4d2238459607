package io.github.logalign.cli;

import io.github.logalign.matrix.LogalignException;
import io.github.logalign.report.SampleFile;
import io.github.logalign.report.SeriesEvents;
import io.github.logalign.tensor.TensorFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/** The kinds of files that commands write. Each kind is recognised by its content. */
enum OwnFile {

    /** Rows of score, spectrum or compare, in any format. */
    ROWS {
        @Override
        boolean fits(Path file) throws IOException {
            String head = head(file);
            return isJsonWith(head, "layers") || head.startsWith("layer,weights,tensor,")
                    || isParquet(file) || head.startsWith("job,part,") || head.startsWith("{\"job\":")
                    || TABLE.matcher(head).lookingAt() || isComparison(head);
        }

        private static boolean isComparison(String head) {
            return (isJsonWith(head, "rows") && head.contains("\"firstStep\"")) || head.startsWith("layer,firstStep,")
                    || COMPARISON.matcher(head).lookingAt();
        }
    },

    /** The journal of score --manifest. */
    JOURNAL {
        @Override
        boolean fits(Path file) throws IOException {
            return head(file).startsWith("{\"journal\":");
        }
    },

    /** A manifest of manifest. */
    MANIFEST {
        @Override
        boolean fits(Path file) throws IOException {
            return head(file).startsWith("{\"weights\":");
        }
    },

    /** A series of track. */
    SERIES {
        @Override
        boolean fits(Path file) throws IOException {
            String head = head(file);
            return (isJsonWith(head, "rows") && !head.contains("\"firstStep\""))
                    || head.startsWith("step,layer,weights,tensor,");
        }
    },

    /** What track writes beside a series. */
    SAMPLES {
        @Override
        boolean fits(Path file) throws IOException {
            return head(file).startsWith(SampleFile.START);
        }
    },

    /** An event file of track. */
    EVENTS {
        @Override
        boolean fits(Path file) {
            return SeriesEvents.isOwn(file);
        }
    },

    /** A report of track. */
    REPORT {
        @Override
        boolean fits(Path file) throws IOException {
            return head(file).contains("<meta name=\"generator\" content=\"logalign\">");
        }
    },

    /** A file written by sample. */
    SAMPLE {
        @Override
        boolean fits(Path file) {
            try (TensorFile opened = TensorFile.open(file)) {
                return SampleCommand.GENERATOR.equals(opened.metadata().get("generator"));
            } catch (LogalignException notASample) {
                return false;
            }
        }
    },

    /** The index of a folder of spectra. */
    SPECTRA_LIST {
        @Override
        boolean fits(Path file) throws IOException {
            return isJsonWith(head(file), "spectra");
        }
    },

    /** A folder, whose contents are checked separately, or a file that an index names as the command's own. */
    ANY {
        @Override
        boolean fits(Path file) {
            return true;
        }
    },

    /** A file that is never recognised as the command's own. */
    NONE {
        @Override
        boolean fits(Path file) {
            return false;
        }
    };

    private static final int HEAD = 1 << 14;
    private static final Pattern TABLE = Pattern.compile("layer +m x n +.*status *\\R");
    private static final Pattern COMPARISON = Pattern.compile("layer +steps +LAR +difference .*tokens *\\R");
    private static final Pattern JSON = Pattern.compile("\\{\\s*\"schema\"\\s*:\\s*\\d+\\s*,\\s*\"environment\"\\s*:");

    /** Whether an existing, non-empty file is of this kind. */
    abstract boolean fits(Path file) throws IOException;

    /** A Parquet file says at its end who wrote it. */
    private static boolean isParquet(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file)) {
            ByteBuffer end = ByteBuffer.allocate((int) Math.min(channel.size(), HEAD));
            long start = channel.size() - end.capacity();
            while (end.hasRemaining() && channel.read(end, start + end.position()) >= 0) {
                // Until all is there.
            }
            String text = new String(end.array(), StandardCharsets.ISO_8859_1);
            return text.endsWith("PAR1") && text.contains("logalign version ");
        }
    }

    private static String head(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            return new String(in.readNBytes(HEAD), StandardCharsets.UTF_8);
        }
    }

    private static boolean isJsonWith(String head, String list) {
        return JSON.matcher(head).lookingAt()
                && Pattern.compile("\\}\\s*,\\s*\"" + list + "\"\\s*:\\s*\\[").matcher(head).find();
    }
}
