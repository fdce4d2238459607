package io.github.logalign.cli;

import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells which checkpoints of a live run are complete. A checkpoint is when all its files open strictly, have no matrices that
 * end in zeros, and have not changed between two looks. One that stays as it is for two polls and is still not so is handed
 * on too, so that its row says why. What was handed on comes again when its files change.
 */
final class Arrivals {

    private static final int POLLS_UNTIL_BROKEN = 2;

    /** Clocks of file servers may be late by that much: files older than that need no second look. */
    private static final Duration OLD = Duration.ofMinutes(10);

    private final Duration old;
    private final Map<Long, Watched> watched = new HashMap<>();

    Arrivals(Duration poll) {
        this.old = poll.compareTo(OLD) > 0 ? poll : OLD;
    }

    /** What a file looks like from outside. */
    private record Stamp(long size, Instant modified) {}

    /** A checkpoint under observation. */
    private static final class Watched {
        private List<Stamp> stamps = List.of();
        private int unchangedPolls;
        private boolean handedOn;
    }

    /** To be asked once a poll for each checkpoint. */
    boolean isReady(Checkpoint checkpoint) {
        Watched state = watched.computeIfAbsent(checkpoint.step(), step -> new Watched());
        List<Stamp> stamps = new ArrayList<>();
        checkpoint.files().forEach(file -> stamps.add(stamp(file)));
        if (stamps.equals(state.stamps)) {
            state.unchangedPolls++;
        } else {
            state.stamps = stamps;
            state.unchangedPolls = 0;
            state.handedOn = false;
        }
        if (state.handedOn) {
            return false;
        }
        state.handedOn = isComplete(checkpoint, state);
        return state.handedOn;
    }

    private boolean isComplete(Checkpoint checkpoint, Watched state) {
        if (checkpoint.problem() != null) {
            return state.unchangedPolls >= POLLS_UNTIL_BROKEN;
        }
        if (state.stamps.stream().anyMatch(stamp -> stamp.size() < 0)) {
            return false;
        }
        Instant before = Instant.now().minus(old);
        boolean settled = state.unchangedPolls > 0
                || state.stamps.stream().allMatch(stamp -> stamp.modified().isBefore(before));
        return settled
                && (state.unchangedPolls >= POLLS_UNTIL_BROKEN || CheckpointScorer.whyIncomplete(checkpoint) == null);
    }

    private static Stamp stamp(Path path) {
        try {
            BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
            return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant());
        } catch (IOException notThere) {
            return new Stamp(-1, Instant.EPOCH);
        }
    }
}
