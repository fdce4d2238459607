package io.github.logalign.tensorboard;

import io.github.logalign.internal.io.MappedFile;
import io.github.logalign.internal.io.Origin;
import io.github.logalign.matrix.LogalignException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * The scalars of one or more event files of a run: numbers, and tensors of one element that no other plugin than that for
 * scalars uses. Of values with the same tag and step the last one counts. A value that is not finite is missing.
 *
 * <p>Thread safety: not thread-safe.
 */
public final class EventScalars {

    /** What the names of event files contain. */
    public static final String IN_NAMES = "tfevents";

    /** More tags than any dashboard could show. */
    private static final int MAX_TAGS = 1 << 16;

    private static final long MAX_TAG_LENGTHS = 1L << 25;

    /** More than 40 curves of 100,000 steps. */
    private static final int MAX_VALUES = 1 << 22;

    private static final String SCALARS = "scalars";

    /** What is known of a tag. */
    private static final class Tag {
        private final NavigableMap<Long, Double> values = new TreeMap<>();
        private boolean ofOtherPlugin;
        private boolean hasScalars;
        private long infinite;
    }

    private final Map<String, Tag> tags = new LinkedHashMap<>();
    private long tagLengths;
    private int values;
    private long negativeSteps;

    /** No scalars yet. */
    public EventScalars() {}

    /**
     * Tells whether a file is one of events. So is a damaged file that is called like one, unless it begins with text.
     *
     * @param path any path; a pipe is not read
     * @return true if it begins like a record, or by its name; false if it cannot be read
     */
    public static boolean areIn(Path path) {
        if (!Files.isRegularFile(path)) {
            return false;
        }
        byte[] head;
        try (InputStream in = Files.newInputStream(path)) {
            head = in.readNBytes(Framing.HEADER_BYTES);
        } catch (IOException unreadable) {
            // The reader of the file says why.
            return false;
        }
        if (head.length == Framing.HEADER_BYTES
                && Framing.fits(MemorySegment.ofArray(head), 0, Framing.LENGTH_BYTES)) {
            return true;
        }
        return isCalledSo(path) && !isText(head);
    }

    /**
     * Tells whether a file is called as TensorBoard expects it.
     *
     * @param path any path
     * @return true if its name contains {@value #IN_NAMES}
     */
    public static boolean isCalledSo(Path path) {
        return String.valueOf(path.getFileName()).contains(IN_NAMES);
    }

    /** The length of a record has a zero among its bytes. */
    private static boolean isText(byte[] head) {
        if (head.length < Framing.LENGTH_BYTES) {
            return false;
        }
        for (int i = 0; i < Framing.LENGTH_BYTES; i++) {
            if (head[i] == 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Reads the name of the program that wrote a file.
     *
     * @param path an event file
     * @return the name in its first event, or an empty text
     * @throws LogalignException if the file cannot be read, or is no event file
     */
    public static String writer(Path path) {
        Origin origin = Origin.of(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = MappedFile.map(path, arena);
            return origin.reading(() -> new EventReader(file, origin).writer());
        }
    }

    /**
     * Adds the scalars of a file.
     *
     * @param path an event file
     * @return whether its last record is incomplete, as in a file that is still being written
     * @throws LogalignException if the file cannot be read, is no event file, is damaged, or holds too much
     */
    public boolean add(Path path) {
        Origin origin = Origin.of(path);
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment file = MappedFile.map(path, arena);
            return origin.reading(() -> new EventReader(file, origin).read(sink(origin)));
        }
    }

    private EventReader.Sink sink(Origin origin) {
        return new EventReader.Sink() {
            @Override
            public void scalar(String tag, long step, double value, String plugin, boolean ofTensor) {
                Tag known = tag(tag, plugin, origin);
                if (!ofTensor || !known.ofOtherPlugin) {
                    put(known, step, value, origin);
                }
            }

            @Override
            public void other(String tag, String plugin) {
                tag(tag, plugin, origin);
            }
        };
    }

    /** Only the first value of a tag needs to name its plugin. */
    private Tag tag(String name, String plugin, Origin origin) {
        Tag tag = tags.get(name);
        if (tag == null) {
            tagLengths += name.length();
            if (tags.size() == MAX_TAGS || tagLengths > MAX_TAG_LENGTHS) {
                throw tooMuch(origin, "it has more than " + MAX_TAGS + " tags, or very long ones");
            }
            tag = new Tag();
            tags.put(name, tag);
        }
        if (!plugin.isEmpty()) {
            tag.ofOtherPlugin = !plugin.equals(SCALARS);
        }
        return tag;
    }

    private void put(Tag tag, long step, double value, Origin origin) {
        tag.hasScalars = true;
        if (step < 0) {
            negativeSteps++;
        } else if (Double.isInfinite(value)) {
            tag.infinite++;
        } else if (!Double.isNaN(value) && tag.values.put(step, value) == null) {
            values++;
            if (values > MAX_VALUES) {
                throw tooMuch(origin, "it has more than " + MAX_VALUES + " scalars");
            }
        }
    }

    private static LogalignException tooMuch(Origin origin, String what) {
        return origin.problem(what, "give fewer files, or the metrics as CSV");
    }

    /**
     * The scalars.
     *
     * @return finite values by step, for each tag that has some, in the order of first appearance
     */
    public Map<String, NavigableMap<Long, Double>> curves() {
        Map<String, NavigableMap<Long, Double>> curves = new LinkedHashMap<>();
        tags.forEach((name, tag) -> {
            if (!tag.values.isEmpty()) {
                curves.put(name, tag.values);
            }
        });
        return curves;
    }

    /**
     * How many infinite values were left out.
     *
     * @return the counts above 0, by tag
     */
    public Map<String, Long> infinite() {
        Map<String, Long> counts = new LinkedHashMap<>();
        tags.forEach((name, tag) -> {
            if (tag.infinite > 0) {
                counts.put(name, tag.infinite);
            }
        });
        return counts;
    }

    /**
     * The tags of other kinds of summaries, such as images, histograms and texts.
     *
     * @return their names
     */
    public List<String> others() {
        List<String> names = new ArrayList<>();
        tags.forEach((name, tag) -> {
            if (!tag.hasScalars) {
                names.add(name);
            }
        });
        return names;
    }

    /**
     * How many scalars were left out since their step is negative.
     *
     * @return the count
     */
    public long negativeSteps() {
        return negativeSteps;
    }
}
