package io.github.logalign.cli;

import io.github.logalign.track.Checkpoint;
import io.github.logalign.track.CheckpointScorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells which checkpoints of a live run are complete. A checkpoint is when both files open strictly and were not touched
 * for a poll, so that a file of full length that is still being filled is left alone. One that stays as it is for two polls
 * and does not open is broken, and is handed on too, so that its row says so. What was handed on comes again only when its
 * files change.
 */
final class Arrivals {

    private static final int POLLS_UNTIL_BROKEN = 2;

    private final Duration poll;
    private final Map<Long, Watched> watched = new HashMap<>();

    Arrivals(Duration poll) {
        this.poll = poll;
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
        List<Stamp> stamps = Stream.of(checkpoint.weights(), checkpoint.activations())
                .map(Arrivals::stamp)
                .toList();
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
        state.handedOn = checkpoint.problem() != null || isComplete(checkpoint, state);
        return state.handedOn;
    }

    private boolean isComplete(Checkpoint checkpoint, Watched state) {
        boolean bothThere = state.stamps.stream().noneMatch(stamp -> stamp.size() < 0);
        if (!bothThere) {
            return false;
        }
        Instant recently = Instant.now().minus(poll);
        boolean settled = state.unchangedPolls > 0
                || state.stamps.stream().allMatch(stamp -> stamp.modified().isBefore(recently));
        if (!settled) {
            return false;
        }
        return state.unchangedPolls >= POLLS_UNTIL_BROKEN || CheckpointScorer.whyNotWhole(checkpoint) == null;
    }

    private static Stamp stamp(@Nullable Path path) {
        if (path != null) {
            try {
                BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
                return new Stamp(attributes.size(), attributes.lastModifiedTime().toInstant());
            } catch (IOException notThere) {
                return new Stamp(-1, Instant.EPOCH);
            }
        }
        return new Stamp(-1, Instant.EPOCH);
    }
}
