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
 * Decides which checkpoints of a live run are complete. A checkpoint is complete if all its files pass the strict
 * checks at opening, no matrix in them ends in zeros, and they have not changed between two polls. An incomplete
 * checkpoint that stays unchanged for two polls is also scored, so that its row reports the reason. A scored checkpoint
 * is scored again when its files change.
 */
final class Arrivals {

    private static final int POLLS_UNTIL_BROKEN = 2;

    /** The assumed maximum lag of a file server's clock. Files older than that need no second poll. */
    private static final Duration OLD = Duration.ofMinutes(10);

    private final Duration old;
    private final Map<Long, Watched> watched = new HashMap<>();

    Arrivals(Duration poll) {
        this.old = poll.compareTo(OLD) > 0 ? poll : OLD;
    }

    /** The size and modification time of a file. */
    private record Stamp(long size, Instant modified) {}

    /** A checkpoint under observation. */
    private static final class Watched {
        private List<Stamp> stamps = List.of();
        private int unchangedPolls;
        private boolean handedOn;
    }

    /** Call once per poll for each checkpoint. */
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

    /** Whether a checkpoint that was polled is still incomplete. */
    boolean isAwaited(Checkpoint checkpoint) {
        Watched state = watched.get(checkpoint.step());
        return state != null && !state.handedOn;
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
        } catch (IOException missing) {
            return new Stamp(-1, Instant.EPOCH);
        }
    }
}
